/// 128 random bits that name a cluster, group, host or incarnation for ever.
public struct Identifier128: Hashable, Comparable, Sendable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Joins two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Whether the left identifier is the smaller number; the order means nothing else.
    public static func < (lhs: Identifier128, rhs: Identifier128) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

/// A cluster: hosts that talk to each other.
public typealias ClusterID = Identifier128

/// A group: one replicated log with its state machine.
public typealias GroupID = Identifier128

extension Identifier128 {
    /// The sixteen bytes, most significant first.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
    }

    /// Joins sixteen bytes, most significant first; nil for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension Identifier128: LosslessStringConvertible {
    /// How many digits the parts of the text have.
    private static let digitCounts = [8, 4, 4, 4, 12]

    /// The text of a UUID, in small letters.
    public var description: String {
        let digits = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        var rest = digits[...]
        return Self.digitCounts.map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }

    /// Reads the text of a UUID, in small or capital letters; nil for anything else.
    public init?(_ description: String) {
        let parts = description.utf8.split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == Self.digitCounts else { return nil }
        var halves: [UInt64] = [0, 0]
        for (place, digit) in parts.joined().enumerated() {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            halves[place / 16] = halves[place / 16] << 4 | UInt64(value)
        }
        self.init(high: halves[0], low: halves[1])
    }
}
