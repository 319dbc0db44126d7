/// One CBOR data item of the kinds a store keeps (RFC 8949 without tags and other simple values).
///
/// Equality is equality of the deterministic encodings: `1` is not `1.0`, `-0.0` is not `0.0`, every
/// NaN is the one NaN.
public enum CBORValue: Sendable {
    /// The simple value `null`.
    case null
    /// A truth value.
    case boolean(Bool)
    /// An integer from 0 to 2^64 − 1.
    case unsigned(UInt64)
    /// An integer from −2^63 to −1.
    case negative(Int64)
    /// A floating-point number.
    case double(Double)
    /// A text string.
    case text(CBORText)
    /// A byte string.
    case bytes([UInt8])
    /// A list of items.
    case array([CBORValue])
    /// Entries in any order, encoded in the order of RFC 8949 §4.2.1; keys are distinct.
    case map([CBORMapEntry])
}

/// One key with its value in a ``CBORValue/map(_:)``.
public struct CBORMapEntry: Sendable, Hashable {
    /// The key.
    public var key: CBORText
    /// The value.
    public var value: CBORValue

    /// Joins a key and a value.
    public init(key: CBORText, value: CBORValue) {
        self.key = key
        self.value = value
    }
}
