/// A UTF-8 string that is compared, ordered and hashed by its bytes only.
///
/// Swift's `String` finds canonically equivalent strings equal, and its tables change between
/// toolchains; replicas must agree for ever, so no text of a value is ever compared as `String`.
public struct CBORText: Sendable {
    /// The text.
    public var string: String

    /// Wraps a string.
    public init(_ string: String) {
        self.string = string
    }
}

extension CBORText: Hashable, Comparable, ExpressibleByStringLiteral {
    /// Wraps a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// Whether the UTF-8 bytes are the same.
    public static func == (lhs: CBORText, rhs: CBORText) -> Bool {
        lhs.string.utf8.elementsEqual(rhs.string.utf8)
    }

    /// Whether the left UTF-8 bytes come first.
    public static func < (lhs: CBORText, rhs: CBORText) -> Bool {
        lhs.string.utf8.lexicographicallyPrecedes(rhs.string.utf8)
    }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in string.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }
}

/// One CBOR data item of the kinds a store keeps (RFC 8949 without tags and other simple values).
///
/// Equality is equality of the deterministic encodings: `1` is not `1.0`, `-0.0` is not `0.0`, every
/// NaN is the one NaN.
public indirect enum CBORValue: Sendable {
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

extension CBORValue: Hashable {}
