/// Decodes `Decodable` values from CBOR in core deterministic encoding (RFC 8949 §4.2.1).
///
/// Reads what ``CBOREncoder`` writes. An integer is never read from a floating-point number; a
/// `Double` or `Float` is read from an integer that it can hold exactly. Members that a type does
/// not know are passed over.
///
///     let quantities = try CBORDecoder().decode([Int].self, from: bytes)
public struct CBORDecoder: Sendable {
    /// What the `init(from:)` of the values can look up.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// Makes a decoder.
    public init() {}

    /// Decodes a value.
    ///
    /// - Parameter type: The type of the value.
    /// - Parameter bytes: Exactly one item in core deterministic encoding.
    /// - Throws: `DecodingError` with the coding path, ``CBORError`` for bytes that are not such an
    ///   item, or what the value's own `init(from:)` throws.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: [UInt8]
    ) throws -> Value {
        try bytes.withUnsafeBytes { bytes in
            if CBORScalars.type(type) == nil { try CBORValidator.validate(bytes) }
            return try decode(type, fromValidated: bytes)
        }
    }

    /// Decodes a value from bytes that are known to be one item in core deterministic encoding.
    ///
    /// Other bytes give an error or another value, never a trap.
    package func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, fromValidated bytes: UnsafeRawBufferPointer
    ) throws -> Value {
        if let scalar = CBORScalars.type(type) {
            return try decodeScalar(type, as: scalar, from: bytes)
        }
        let session = DecodingSession(bytes, userInfo: userInfo)
        // The bytes are only lent: a decoder that outlives this call finds none.
        defer { session.buffer = UnsafeRawBufferPointer(start: nil, count: 0) }
        var reader = CBORReader(bytes)
        return try session.decode(type, from: &reader, path: nil)
    }

    private func decodeScalar<Value, Scalar: CBORScalar>(
        _ type: Value.Type, as scalar: Scalar.Type, from bytes: UnsafeRawBufferPointer
    ) throws -> Value {
        do {
            var reader = CBORReader(bytes)
            let value = try CBORScalars.read(type, as: scalar, from: &reader)
            try reader.expectEnd()
            return value
        } catch {
            throw DecodingSession(bytes, userInfo: [:]).failure(error, for: type, at: nil)
        }
    }
}
