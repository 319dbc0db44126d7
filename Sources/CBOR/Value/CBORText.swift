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

extension CBORText: Hashable, Comparable {
    /// Whether the UTF-8 bytes are the same.
    public static func == (lhs: CBORText, rhs: CBORText) -> Bool {
        compare(lhs, rhs, by: ByteOrder.compareKeys) == 0
    }

    /// Whether the left UTF-8 bytes come first.
    public static func < (lhs: CBORText, rhs: CBORText) -> Bool {
        compare(lhs, rhs, by: ByteOrder.compare) < 0
    }

    /// Hashes the UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        string.withUTF8Bytes { hasher.combine(bytes: $0) }
        hasher.combine(0xFF as UInt8)
    }

    /// Whether the left encoded key comes first in a map (RFC 8949 §4.2.1): shorter ones do.
    func isEncodedBefore(_ other: CBORText) -> Bool {
        Self.compare(self, other, by: ByteOrder.compareKeys) < 0
    }

    @inline(__always)
    private static func compare(
        _ left: CBORText, _ right: CBORText,
        by order: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Int
    ) -> Int {
        left.string.withUTF8Bytes { left in
            right.string.withUTF8Bytes { right in order(left, right) }
        }
    }
}

extension CBORText: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Wraps a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text.
    public var description: String { string }
}

extension String {
    /// Lends the UTF-8, without a copy unless the string comes from Objective-C.
    @inline(__always)
    func withUTF8Bytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let lent = try utf8.withContiguousStorageIfAvailable { utf8 in
            try body(UnsafeRawBufferPointer(utf8))
        }
        if let lent { return lent }
        return try Array(utf8).withUnsafeBytes(body)
    }
}
