/// What the decoders of one value share.
final class DecodingSession {
    // Exclusive access need not be checked at run time: a session is confined to one call of
    // `decode`, and nothing runs while one of its properties is accessed.

    /// The whole item, empty when the call has ended.
    @exclusivity(unchecked) var buffer: UnsafeRawBufferPointer
    let userInfo: [CodingUserInfoKey: any Sendable]
    /// The type last found to have no form of its own; asking costs a dynamic cast.
    @exclusivity(unchecked) private var plainType: Any.Type?

    init(_ buffer: UnsafeRawBufferPointer, userInfo: [CodingUserInfoKey: any Sendable]) {
        self.buffer = buffer
        self.userInfo = userInfo
    }

    /// A reader at an item.
    @inline(__always)
    func reader(at offset: Int) throws -> CBORReader {
        guard offset <= buffer.count else { throw Self.escaped }
        return CBORReader(buffer, offset: offset)
    }

    private static var escaped: CBORError {
        CBORError(.truncated, at: 0, "expected a decoder in use, found one whose call has ended")
    }

    /// Decodes the reader's next item and steps over it.
    @inline(__always)
    func decode<Value: Decodable>(
        _ type: Value.Type, from reader: inout CBORReader, path: @autoclosure () -> CodingPath?
    ) throws -> Value {
        guard let scalar = CBORScalars.type(type) else {
            return try decodeItem(type, from: &reader, path: path())
        }
        do {
            return try CBORScalars.read(type, as: scalar, from: &reader)
        } catch {
            throw failure(error, for: type, at: path())
        }
    }

    private func decodeItem<Value: Decodable>(
        _ type: Value.Type, from reader: inout CBORReader, path: CodingPath?
    ) throws -> Value {
        let decoder = ItemDecoder(session: self, offset: reader.offset, path: path)
        try decoder.checkDepth()
        do {
            if let value = try decodeRepresentation(type, from: &reader) { return value }
            try reader.skip()
        } catch {
            throw failure(error, for: type, at: path)
        }
        return try Value(from: decoder)
    }

    private func decodeRepresentation<Value>(
        _ type: Value.Type, from reader: inout CBORReader
    ) throws -> Value? {
        if plainType == type { return nil }
        guard let representable = type as? any CBORRepresentable.Type else {
            plainType = type
            return nil
        }
        return try representable.init(cbor: try reader.readValue()) as? Value
    }

    /// Whether the item at an offset is `null`.
    func isNil(at offset: Int) throws -> Bool {
        var reader = try reader(at: offset)
        return try reader.readNullIfPresent()
    }

    /// Gives an error of CBOR the form of `Codable`.
    @inline(never)
    func failure(_ error: any Error, for type: Any.Type, at path: CodingPath?) -> any Error {
        guard let error = error as? CBORError else { return error }
        let context = DecodingError.Context(
            codingPath: path.keys, debugDescription: error.message, underlyingError: error)
        guard error.code == .unexpectedKind else { return DecodingError.dataCorrupted(context) }
        let isNil = error.offset < buffer.count && buffer[error.offset] == 0xF6
        return isNil
            ? DecodingError.valueNotFound(type, context)
            : DecodingError.typeMismatch(type, context)
    }
}
