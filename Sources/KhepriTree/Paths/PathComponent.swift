/// The name of a node among its siblings: 1 to 255 bytes of UTF-8.
///
/// Any character is allowed, also `/` and NUL. Names are compared, ordered and hashed by their bytes
/// only: `é` as one code point and as two are different names, and no table of a toolchain takes part.
///
/// ```swift
/// let wood: PathComponent = "wood"              // a literal; traps when malformed
/// let name = try PathComponent(userInput)       // throws when empty or too long
/// ```
public struct PathComponent: Hashable, Sendable {
    // The first 15 bytes are held inline in two big-endian words, padded with zeros, so that comparing
    // two names is mostly comparing integers. The last byte of `low` is the length for names of up to
    // 15 bytes and 0xFF for longer ones, which hold all their bytes in `overflow`.
    package let high: UInt64
    package let low: UInt64
    package let overflow: [UInt8]?

    package init(high: UInt64, low: UInt64, overflow: [UInt8]?) {
        self.high = high
        self.low = low
        self.overflow = overflow
    }

    /// How many bytes fit into the two words.
    static let inlineBytesMaximum = 15
    /// The last byte of `low` in a name that has its bytes in `overflow`.
    static let overflowMark: UInt64 = 0xFF

    /// Whether all bytes are in the two words.
    @inline(__always)
    var isInline: Bool { low & 0xFF != Self.overflowMark }
}

extension PathComponent {
    /// Whether the bytes are the same.
    public static func == (lhs: PathComponent, rhs: PathComponent) -> Bool {
        guard lhs.high == rhs.high && lhs.low == rhs.low else { return false }
        guard let left = lhs.overflow, let right = rhs.overflow else { return true }
        return left == right
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
        overflow?.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension PathComponent: Comparable {
    /// Whether the left bytes come first; a name comes before the longer names that begin with it.
    ///
    /// Padding with zeros keeps this order: where two names agree in their first 15 padded bytes, the
    /// one that ends there is the shorter, and the length in the last byte says so.
    public static func < (lhs: PathComponent, rhs: PathComponent) -> Bool {
        guard lhs.high == rhs.high else { return lhs.high < rhs.high }
        guard lhs.low == rhs.low else { return lhs.low < rhs.low }
        guard let left = lhs.overflow, let right = rhs.overflow else { return false }
        return left.lexicographicallyPrecedes(right)
    }
}

extension PathComponent {
    /// The length in bytes, from 1 to 255.
    public var utf8Count: Int {
        overflow?.count ?? Int(truncatingIfNeeded: low & 0xFF)
    }

    /// The name as a string.
    public var string: String {
        withUTF8 { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls `body` with the bytes, which are valid during the call only.
    public func withUTF8<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        if let overflow { return try overflow.withUnsafeBufferPointer(body) }
        let count = utf8Count
        return try withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { words in
            try words.withMemoryRebound(to: UInt8.self) { bytes in
                try body(UnsafeBufferPointer(rebasing: bytes[..<count]))
            }
        }
    }
}

extension PathComponent: CustomStringConvertible {
    /// The name as a string, without any escaping.
    public var description: String { string }
}
