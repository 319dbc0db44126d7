/// The identity of a session or lease: 128 random bits.
public struct SessionID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Joins two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension SessionID: Comparable {
    /// Whether the left bytes come first.
    public static func < (lhs: SessionID, rhs: SessionID) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

extension SessionID {
    /// The 32 digits.
    package var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// Reads 32 digits; nil for anything else.
    package init?(hexadecimal text: String) {
        guard text.utf8.count == 32, !text.utf8.contains(UInt8(ascii: "+")),
            !text.utf8.contains(UInt8(ascii: "-")), let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
