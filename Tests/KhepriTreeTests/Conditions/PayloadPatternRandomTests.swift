import CBOR
import KhepriTree
import TestSupport
import Testing

@Suite("Random payload patterns") struct PayloadPatternRandomTests {
    @Test func `random patterns agree with their naive meaning`() throws {
        var generator = TestRandom(for: "random payload patterns")
        var matchCount = 0
        let rounds = 60_000
        for _ in 0..<rounds {
            let value = NaivePayload.randomValue(depth: 3, using: &generator)
            let pattern = NaivePayload.randomPattern(depth: 3, like: value, using: &generator)
            let expected = NaivePayload.matches(value, pattern)
            matchCount += expected ? 1 : 0
            #expect(try pattern.matches(value) == expected, "\(pattern) on \(value)")
        }
        #expect((rounds / 5...rounds * 4 / 5).contains(matchCount))
    }

    @Test func `any bytes are matched without a trap`() throws {
        var generator = TestRandom(for: "fuzzed payloads")
        for _ in 0..<20_000 {
            let value = NaivePayload.randomValue(depth: 3, using: &generator)
            let pattern = NaivePayload.randomPattern(depth: 3, like: value, using: &generator)
            var bytes = try value.encoded()
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = .random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
            _ = bytes.withUnsafeBytes { pattern.matches($0) }
        }
        let nested = [UInt8](repeating: 0x81, count: 1_000_000)
        for pattern in [PayloadPattern.exactly(1), .array([.array([.type(.null)])])] {
            #expect(nested.withUnsafeBytes { !pattern.matches($0) })
        }
    }

    @Test func `a pattern that nests deeper than the limit matches nothing`() throws {
        func pattern(depth: Int) -> PayloadPattern {
            (1..<depth).reduce(.type(.null)) { pattern, _ in .all([pattern]) }
        }
        #expect(try pattern(depth: 32).matches(nil))
        #expect(try !pattern(depth: 33).matches(nil))
        #expect(try !pattern(depth: 5_000).matches(nil))
        let deepValue = (0..<5_000).reduce(CBORValue.null) { value, _ in [value] }
        let encoded = [UInt8](repeating: 0x81, count: 5_000) + [0xF6]
        #expect(encoded.withUnsafeBytes { !PayloadPattern.exactly(deepValue).matches($0) })
    }
}

/// The meaning of payload patterns spelled out on decoded values.
enum NaivePayload {
    static func matches(_ value: CBORValue, _ pattern: PayloadPattern) -> Bool {
        switch pattern {
        case .anything: return true
        case .exactly(let other): return value == other
        case .type(let type): return type == self.type(of: value)
        case .array(let patterns):
            guard case .array(let values) = value, values.count == patterns.count else {
                return false
            }
            return zip(values, patterns).allSatisfy { matches($0, $1) }
        case .map(let members):
            guard case .map(let entries) = value else { return false }
            return members.allSatisfy { member in
                entries.contains { $0.key == member.key && matches($0.value, member.pattern) }
            }
        case .all(let patterns): return patterns.allSatisfy { matches(value, $0) }
        case .any(let patterns): return patterns.contains { matches(value, $0) }
        case .not(let inner): return !matches(value, inner)
        case .compared(let comparison, let other):
            switch comparison {
            case .eq: return equal(value, other)
            case .ne: return !equal(value, other)
            case .lt: return less(value, other)
            case .gt: return less(other, value)
            case .le: return less(value, other) || (isOrdered(value) && equal(value, other))
            case .ge: return less(other, value) || (isOrdered(value) && equal(value, other))
            }
        }
    }

    private static func type(of value: CBORValue) -> PayloadPattern.PayloadType {
        switch value {
        case .null: .null
        case .boolean: .boolean
        case .unsigned, .negative: .integer
        case .double: .double
        case .text: .string
        case .bytes: .bytes
        case .array: .array
        case .map: .object
        }
    }

    private static func isOrdered(_ value: CBORValue) -> Bool {
        switch value {
        case .unsigned, .negative, .double, .text, .bytes: true
        case .null, .boolean, .array, .map: false
        }
    }

    /// A number as its floor and whether there is a fraction; infinities far outside.
    private static func number(_ value: CBORValue) -> (floor: Int128, hasFraction: Int)? {
        switch value {
        case .unsigned(let integer): (Int128(integer), 0)
        case .negative(let integer): (Int128(integer), 0)
        case .double(let double) where double.isNaN: nil
        case .double(let double) where abs(double) > 0x1p100: (double < 0 ? .min : .max, 0)
        case .double(let double):
            (Int128(double.rounded(.down)), double == double.rounded(.down) ? 0 : 1)
        default: nil
        }
    }

    private static func equal(_ left: CBORValue, _ right: CBORValue) -> Bool {
        if let one = number(left), let other = number(right) { return one == other }
        switch (left, right) {
        case (.double, _), (_, .double): return false
        case (.array(let one), .array(let other)):
            return one.count == other.count && zip(one, other).allSatisfy { equal($0, $1) }
        case (.map(let one), .map(let other)):
            return one.count == other.count
                && one.allSatisfy { entry in
                    other.contains { $0.key == entry.key && equal(entry.value, $0.value) }
                }
        default: return left == right
        }
    }

    private static func less(_ left: CBORValue, _ right: CBORValue) -> Bool {
        if let one = number(left), let other = number(right) { return one < other }
        switch (left, right) {
        case (.text(let one), .text(let other)):
            return Array(one.string.utf8).lexicographicallyPrecedes(Array(other.string.utf8))
        case (.bytes(let one), .bytes(let other)): return one.lexicographicallyPrecedes(other)
        default: return false
        }
    }
}

extension NaivePayload {
    private static let scalars: [CBORValue] = [
        nil, true, false, 0, 1, 2, -1, 1.0, 1.5, -0.5, .double(-0.0), .double(.nan), 0x1p53,
        9_007_199_254_740_993, 9_007_199_254_740_992, .unsigned(.max), 0x1p64, .negative(.min),
        -0x1p63, .double(.infinity), "", "a", "b", "aa", .bytes([]), .bytes([0x61]), .bytes([0]),
    ]
    private static let keys: [CBORText] = ["a", "b", "aa", "", "é"]

    static func randomValue(depth: Int, using generator: inout TestRandom) -> CBORValue {
        if depth == 0 || generator.chance(50) {
            return scalars[Int.random(in: scalars.indices, using: &generator)]
        }
        let count = Int.random(in: 0...3, using: &generator)
        if generator.chance(50) {
            return .array((0..<count).map { _ in randomValue(depth: depth - 1, using: &generator) })
        }
        return .map(
            keys.shuffled(using: &generator).prefix(count).map {
                CBORMapEntry(key: $0, value: randomValue(depth: depth - 1, using: &generator))
            })
    }

    /// A pattern that often, but not always, matches a value.
    static func randomPattern(
        depth: Int, like value: CBORValue, using generator: inout TestRandom
    ) -> PayloadPattern {
        let likeness =
            generator.chance(85) ? value : randomValue(depth: depth, using: &generator)
        if depth > 0, generator.chance(25) {
            let patterns = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                randomPattern(depth: depth - 1, like: likeness, using: &generator)
            }
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: return .all(patterns)
            case 1: return .any(patterns)
            default: return .not(patterns.first ?? .anything)
            }
        }
        switch (likeness, Int.random(in: 0..<6, using: &generator)) {
        case (.array(let elements), 0...3):
            return .array(
                elements.map {
                    randomPattern(depth: max(depth - 1, 0), like: $0, using: &generator)
                })
        case (.map(let entries), 0...3):
            let kept = entries.shuffled(using: &generator).filter { _ in generator.chance(80) }
            return .map(
                kept.map {
                    let depth = max(depth - 1, 0)
                    let inner = randomPattern(depth: depth, like: $0.value, using: &generator)
                    return .init(key: $0.key, pattern: inner)
                })
        case (_, 0): return .anything
        case (_, 1): return .type(type(of: likeness))
        case (_, 2...3): return .exactly(likeness)
        default:
            let comparisons = NodeCondition.Comparison.allCases
            let index = Int.random(in: comparisons.indices, using: &generator)
            return .compared(comparisons[index], likeness)
        }
    }
}
