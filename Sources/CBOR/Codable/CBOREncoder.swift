/// Encodes `Encodable` values as CBOR in core deterministic encoding (RFC 8949 §4.2.1).
///
/// Structures and dictionaries with `String` or `Int` keys become maps, other dictionaries arrays of
/// keys and values in turn, `[UInt8]` a byte string, an integer an integer and a `Double` always a
/// floating-point number. Types that are ``CBORRepresentable`` choose their form themselves. An
/// optional property without a value is left out; elsewhere nil is `null`.
///
///     let bytes = try CBOREncoder().encode([150, 75])
public struct CBOREncoder: Sendable {
    /// What the `encode(to:)` of the values can look up.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// Makes an encoder.
    public init() {}

    /// The encoding of a value.
    ///
    /// - Parameter value: Any value; at most 64 arrays and maps deep.
    /// - Throws: `EncodingError` with the coding path, ``CBORError``, or what the value's own
    ///   `encode(to:)` throws.
    public func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] {
        var writer = CBORWriter()
        try encode(value, to: &writer)
        return writer.finish()
    }

    /// Appends the encoding of a value; when it throws, what was appended is to be thrown away.
    package func encode<Value: Encodable>(_ value: Value, to writer: inout CBORWriter) throws {
        if let scalar = CBORScalars.type(Value.self) {
            return try CBORScalars.write(value, as: scalar, to: &writer)
        }
        let session = EncodingSession(userInfo: userInfo)
        let root = EncodingNode(session, path: nil)
        try root.encode(value)
        try root.finish(to: &writer)
    }
}
