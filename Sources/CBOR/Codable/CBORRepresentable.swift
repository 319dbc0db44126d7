/// A type with a form of its own in CBOR, which ``CBOREncoder`` and ``CBORDecoder`` use in place of
/// its `Codable` conformance, wherever a value of it occurs.
public protocol CBORRepresentable {
    /// Reads the value's form.
    ///
    /// - Throws: ``CBORError`` or another error when the item is not the form of a value.
    init(cbor value: CBORValue) throws

    /// The value's form.
    var cborValue: CBORValue { get throws }
}

extension CBORValue: CBORRepresentable {
    /// Takes the item as it is.
    public init(cbor value: CBORValue) {
        self = value
    }

    /// The item itself.
    public var cborValue: CBORValue { self }
}

extension CBORValue: Codable {
    /// Refuses: ``CBORDecoder`` reads items itself and no other decoder can without loss.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: decoder.codingPath,
                debugDescription: "only CBORDecoder can decode a CBORValue"))
    }

    /// Refuses: ``CBOREncoder`` writes items itself and no other encoder can without loss.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
            self,
            .init(
                codingPath: encoder.codingPath,
                debugDescription: "only CBOREncoder can encode a CBORValue"))
    }
}
