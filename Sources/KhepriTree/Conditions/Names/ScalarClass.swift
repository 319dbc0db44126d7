/// A set of Unicode scalars.
struct ScalarClass: Hashable, Sendable {
    /// Sorted, neither overlapping nor adjacent.
    let ranges: [ClosedRange<UInt32>]
    /// The members below 64, a bit each.
    private let asciiLow: UInt64
    /// The members from 64 to 127, a bit each.
    private let asciiHigh: UInt64

    /// Unites ranges that may be in any order and overlap.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var united: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = united.last, range.lowerBound <= last.upperBound &+ 1 {
                let upper = max(last.upperBound, range.upperBound)
                united[united.count - 1] = last.lowerBound...upper
            } else {
                united.append(range)
            }
        }
        self.ranges = united
        asciiLow = Self.bits(of: united, from: 0)
        asciiHigh = Self.bits(of: united, from: 64)
    }

    /// The class of one scalar.
    init(only scalar: UInt32) {
        self.init([scalar...scalar])
    }

    private static func bits(of ranges: [ClosedRange<UInt32>], from base: UInt32) -> UInt64 {
        var bits: UInt64 = 0
        for range in ranges where range.lowerBound < base + 64 && range.upperBound >= base {
            let upper = min(range.upperBound, base + 63)
            for scalar in max(range.lowerBound, base)...upper { bits |= 1 << UInt64(scalar - base) }
        }
        return bits
    }

    /// All scalars that are not in this class.
    var negated: ScalarClass {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if next < range.lowerBound { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= Self.highest { gaps.append(next...Self.highest) }
        return ScalarClass(gaps)
    }

    /// The member, when there is only one.
    var onlyScalar: Unicode.Scalar? {
        guard ranges.count == 1, ranges[0].lowerBound == ranges[0].upperBound else { return nil }
        return Unicode.Scalar(ranges[0].lowerBound)
    }

    /// Whether a scalar is a member.
    @inline(__always)
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return asciiLow >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return asciiHigh >> UInt64(scalar - 64) & 1 == 1 }
        return containsBeyondASCII(scalar)
    }

    private func containsBeyondASCII(_ scalar: UInt32) -> Bool {
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle].upperBound < scalar { lower = middle + 1 } else { upper = middle }
        }
        return lower < ranges.count && ranges[lower].lowerBound <= scalar
    }
}

extension ScalarClass {
    /// The highest Unicode scalar.
    static let highest: UInt32 = 0x10_FFFF
    /// What `.` stands for: everything but the line feed.
    static let anyButLineFeed = ScalarClass(only: 0x0A).negated
    /// What `\d` stands for: ASCII digits.
    static let digit = ScalarClass([0x30...0x39])
    /// What `\w` stands for: ASCII letters, digits and the underscore.
    static let word = ScalarClass([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// What `\s` stands for: tab, line feed, form feed, carriage return and space, as in RE2.
    static let space = ScalarClass([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
}
