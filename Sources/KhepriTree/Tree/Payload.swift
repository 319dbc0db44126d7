public import CBOR

/// The value of a node: one CBOR data item in core deterministic encoding, kept as its bytes.
///
/// Two payloads are equal when their bytes are: `1` and `1.0` differ.
public struct Payload: Hashable, Sendable {
    /// The encoded item.
    public let bytes: [UInt8]

    /// Wraps bytes that are known to be one deterministic data item.
    package init(validated bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension Payload {
    /// Wraps encoded bytes.
    ///
    /// - Throws: `CBORError` when they are not one data item in core deterministic encoding, or more
    ///   than `byteLimit`.
    /// - Complexity: Linear to the number of bytes.
    public init(cbor bytes: [UInt8], byteLimit: Int = TreeLimits.payloadBytesMaximum) throws {
        try CBORValidator.validate(bytes, byteLimit: byteLimit)
        self.bytes = bytes
    }

    /// Copies encoded bytes.
    ///
    /// - Throws: `CBORError` when they are not one data item in core deterministic encoding, or more
    ///   than `byteLimit`.
    package init(
        cbor bytes: UnsafeRawBufferPointer, byteLimit: Int = TreeLimits.payloadBytesMaximum
    ) throws {
        try CBORValidator.validate(bytes, byteLimit: byteLimit)
        self.bytes = [UInt8](bytes)
    }

    /// Encodes a value.
    ///
    /// - Throws: `CBORError` when it is nested too deep, has a key twice or is too large.
    public init(_ value: CBORValue) throws {
        try self.init(encoded: try value.encoded())
    }

    /// Encodes what JSON text stands for; `{"$bytes":"base64"}` is a byte string.
    ///
    /// - Throws: `CBORError` with the place when the text is not JSON, has a number that would be
    ///   rounded, or stands for too large a value.
    public init(json text: String) throws {
        try self.init(encoded: try JSONParser.cbor(from: text))
    }

    private init(encoded bytes: [UInt8]) throws {
        let limit = TreeLimits.payloadBytesMaximum
        guard bytes.count <= limit else {
            throw CBORError(
                .tooLarge, at: 0, "expected at most \(limit) bytes, found \(bytes.count)")
        }
        self.bytes = bytes
    }

    /// The value as JSON text, which ``init(json:)`` reads back.
    public var jsonText: String {
        var printer = JSONPrinter()
        write(to: &printer)
        return printer.finish()
    }

    /// Prints the value as JSON.
    package func write(to printer: inout JSONPrinter) {
        do {
            try printer.writeItem(bytes)
        } catch {
            preconditionFailure("a payload is one data item: \(error)")
        }
    }
}

extension Payload: CustomStringConvertible {
    /// The value as JSON text.
    public var description: String { jsonText }
}

extension Payload: Codable {
    /// Reads a payload that stands inside another value; by the coders of `CBOR` only.
    public init(from decoder: any Decoder) throws {
        try self.init(CBORValue(from: decoder))
    }

    /// Writes the payload inside another value; by the coders of `CBOR` only.
    public func encode(to encoder: any Encoder) throws {
        try CBORValue(decoding: bytes).encode(to: encoder)
    }
}
