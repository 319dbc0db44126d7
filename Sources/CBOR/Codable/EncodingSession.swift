/// What the nodes of one value share while it is encoded.
final class EncodingSession {
    // Exclusive access need not be checked at run time: a session is confined to one call of
    // `encode`, and nothing of the values' code runs while one of its properties is accessed.

    /// Encoded keys and scalars in the order in which they were given.
    @exclusivity(unchecked) private(set) var arena = CBORWriter()
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The first failure where the protocols of `Codable` do not let us throw.
    @exclusivity(unchecked) private(set) var failure: EncodingError?
    /// The type last found to have no form of its own; asking costs a dynamic cast.
    @exclusivity(unchecked) private var plainType: Any.Type?

    init(userInfo: [CodingUserInfoKey: any Sendable]) {
        self.userInfo = userInfo
    }

    /// Remembers a misuse, which ends the encoding.
    func fail(_ message: String, path: CodingPath?) {
        guard failure == nil else { return }
        failure = .invalidValue(
            Any?.none as Any, .init(codingPath: path.keys, debugDescription: message))
    }

    /// Appends a key and returns where it is.
    func appendName(_ key: String) -> Range<Int> {
        let start = arena.count
        arena.writeText(key)
        return start..<arena.count
    }

    /// Appends `null` and returns where it is.
    func appendNil() -> Range<Int> {
        arena.writeNull()
        return (arena.count - 1)..<arena.count
    }

    /// Appends a value that needs no node, and says whether it was one.
    @inline(__always)
    func append<Value: Encodable>(
        _ value: Value, at path: @autoclosure () -> CodingPath?, depth: Int
    ) throws -> Bool {
        do {
            guard let scalar = CBORScalars.type(Value.self) else {
                return try appendRepresentation(of: value, depth: depth)
            }
            try CBORScalars.write(value, as: scalar, to: &arena)
            return true
        } catch {
            throw failure(error, for: value, at: path())
        }
    }

    /// Gives an error of CBOR the form of `Codable`.
    @inline(never)
    private func failure(_ error: any Error, for value: Any, at path: CodingPath?) -> any Error {
        guard let error = error as? CBORError else { return error }
        return EncodingError.invalidValue(
            value,
            .init(
                codingPath: path.keys, debugDescription: error.message, underlyingError: error))
    }

    /// Whether the bytes in two places are the same.
    func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        arena.withUnsafeBytes { bytes in
            ByteOrder.compareKeys(
                UnsafeRawBufferPointer(rebasing: bytes[left]),
                UnsafeRawBufferPointer(rebasing: bytes[right])) == 0
        }
    }

    private func appendRepresentation<Value: Encodable>(
        of value: Value, depth: Int
    ) throws -> Bool {
        if plainType == Value.self { return false }
        guard Value.self is any CBORRepresentable.Type,
            let representable = value as? any CBORRepresentable
        else {
            plainType = Value.self
            return false
        }
        try representable.cborValue.write(to: &arena, depth: depth)
        return true
    }
}
