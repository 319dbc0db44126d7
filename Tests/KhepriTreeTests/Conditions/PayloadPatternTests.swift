import CBOR
import KhepriTree
import Testing

extension PayloadPattern {
    /// Whether a value matches.
    func matches(_ value: CBORValue) throws -> Bool {
        try value.encoded().withUnsafeBytes { matches($0) }
    }
}

@Suite("Payload patterns") struct PayloadPatternTests {
    static let samples: [CBORValue] = [
        nil, true, false, 0, 1, -1, 1.0, 0.0, .double(-0.0), 1.5, .double(.nan),
        .double(.infinity), .unsigned(.max), .negative(.min), "", "a", "b", "aa", .bytes([]),
        .bytes([0x61]), [], [1], [1, 1], [[]], [:], ["a": 1], ["a": 1, "b": 2], ["a": ["b": 1]],
    ]

    @Test func `an exact pattern matches its own value and no other`() throws {
        for (index, value) in Self.samples.enumerated() {
            for (otherIndex, other) in Self.samples.enumerated() {
                let isMatch = try PayloadPattern.exactly(value).matches(other)
                #expect(isMatch == (index == otherIndex), "\(value) and \(other)")
            }
        }
    }

    @Test func `a map in an exact pattern may have its members in any order`() throws {
        let pattern = PayloadPattern.exactly(["bb": 1, "a": 2, "c": 3])
        #expect(try pattern.matches(["a": 2, "c": 3, "bb": 1]))
        #expect(try !pattern.matches(["a": 2, "c": 3, "bb": 2]))
        #expect(try !pattern.matches(["a": 2, "c": 3]))
    }

    @Test func `a map matches with at least the members of the pattern`() throws {
        let one = PayloadPattern.map([.init(key: "k", pattern: .type(.integer))])
        #expect(try one.matches(["k": 1]))
        #expect(try one.matches(["a": nil, "k": 1, "kk": "x", "z": []]))
        #expect(try !one.matches(["k": "1"]))
        #expect(try !one.matches(["j": 1]))
        #expect(try !one.matches(["kk": 1]))
        #expect(try !one.matches([:]))
        #expect(try !one.matches(["k"]))
        #expect(try PayloadPattern.map([]).matches([:]))
        #expect(try PayloadPattern.map([]).matches(["a": 1]))
        #expect(try !PayloadPattern.map([]).matches([]))
    }

    @Test func `members of a pattern may come in any order and twice`() throws {
        let pattern = PayloadPattern.map([
            .init(key: "long", pattern: .anything), .init(key: "b", pattern: .type(.array)),
            .init(key: "a", pattern: .anything),
            .init(key: "b", pattern: .array([.exactly(1)])),
        ])
        #expect(try pattern.matches(["a": 1, "b": [1], "long": 2]))
        #expect(try pattern.matches(["0": 0, "a": 1, "b": [1], "bb": [3], "long": 2]))
        #expect(try !pattern.matches(["a": 1, "b": [2], "long": 2]))
        #expect(try !pattern.matches(["a": 1, "b": [1]]))
    }

    @Test func `keys are compared by their bytes`() throws {
        let pattern = PayloadPattern.map([.init(key: "\u{E9}", pattern: .anything)])
        #expect(try pattern.matches(["\u{E9}": 1]))
        #expect(try !pattern.matches(["e\u{301}": 1]))
        #expect(try !PayloadPattern.exactly("\u{E9}").matches("e\u{301}"))
    }

    @Test func `an array matches element by element`() throws {
        let pattern = PayloadPattern.array([.anything, .map([]), .exactly(3)])
        #expect(try pattern.matches([[1, [2]], ["a": [1]], 3]))
        #expect(try !pattern.matches([1, [:], 3, 4]))
        #expect(try !pattern.matches([1, [:]]))
        #expect(try !pattern.matches([1, 2, 3]))
        #expect(try !pattern.matches(["0": 1]))
        #expect(try PayloadPattern.array([]).matches([]))
    }

    @Test func `each value has one type`() throws {
        let types: [PayloadPattern.PayloadType] = [
            .null, .boolean, .boolean, .integer, .integer, .integer, .double, .double, .double,
            .double, .double, .double, .integer, .integer, .string, .string, .string, .string,
            .bytes, .bytes, .array, .array, .array, .array, .object, .object, .object, .object,
        ]
        for (value, expected) in zip(Self.samples, types) {
            for type in PayloadPattern.PayloadType.allCases {
                #expect(try PayloadPattern.type(type).matches(value) == (type == expected))
            }
        }
    }

    @Test(
        arguments: [
            (1, 1.0), (0, -0.0), (-1, -1.0), (.unsigned(1 << 63), 0x1p63),
            (.negative(.min), -0x1p63),
            (9_007_199_254_740_992, 0x1p53), ([1, ["a": 2.0]], [1.0, ["a": 2]]), ("a", "a"),
        ] as [(CBORValue, CBORValue)])
    func `numbers are equal by value, also inside`(left: CBORValue, right: CBORValue) throws {
        for (one, other) in [(left, right), (right, left)] {
            #expect(try PayloadPattern.compared(.eq, one).matches(other))
            #expect(try !PayloadPattern.compared(.ne, one).matches(other))
        }
    }

    @Test(
        arguments: [
            (0, 1), (-1, 0), (-1, -0.5), (-1.5, -1), (0.5, 1), (0, 0.5), (.negative(.min), 0),
            (9_007_199_254_740_992, 9_007_199_254_740_993), (0x1p53, 9_007_199_254_740_993),
            (9_007_199_254_740_991, 0x1p53), (.unsigned(.max), 0x1p64),
            (.unsigned(.max - 1), .unsigned(.max)), (0x1.fffffffffffffp63, .unsigned(.max)),
            (-0x1.0000000000001p63, .negative(.min)), (.negative(.min + 1), -0x1.fffffffffffffp62),
            (.unsigned(.max), .double(.infinity)), (.double(-.infinity), .negative(.min)),
            ("", "a"), ("a", "aa"), ("aa", "b"), ("Z", "a"), ("e\u{301}", "\u{E9}"),
            (.bytes([]), .bytes([0])), (.bytes([0x7F]), .bytes([0x80])),
        ] as [(CBORValue, CBORValue)])
    func `numbers, texts and byte strings have an order`(
        lower: CBORValue, upper: CBORValue
    ) throws {
        func holds(
            _ left: CBORValue, _ comparison: NodeCondition.Comparison, _ right: CBORValue
        ) throws -> Bool {
            try PayloadPattern.compared(comparison, right).matches(left)
        }
        let wanted: [(NodeCondition.Comparison, Bool, Bool, Bool)] = [
            (.lt, true, false, false), (.le, true, false, true), (.gt, false, true, false),
            (.ge, false, true, true), (.eq, false, false, true), (.ne, true, true, false),
        ]
        for (comparison, upwards, downwards, same) in wanted {
            #expect(try holds(lower, comparison, upper) == upwards, "\(comparison)")
            #expect(try holds(upper, comparison, lower) == downwards, "\(comparison)")
            #expect(try holds(lower, comparison, lower) == same, "\(comparison)")
        }
    }

    @Test func `values of different types and without order only differ`() throws {
        let values: [CBORValue] = [nil, true, 1, "1", .bytes([1]), [1], ["1": 1], .double(.nan)]
        for (index, left) in values.enumerated() {
            for (otherIndex, right) in values.enumerated() where index != otherIndex {
                for comparison in NodeCondition.Comparison.allCases {
                    let isMatch = try PayloadPattern.compared(comparison, right).matches(left)
                    #expect(isMatch == (comparison == .ne), "\(left) \(comparison) \(right)")
                }
            }
        }
        for value: CBORValue in [nil, true, false, [1], ["a": 1]] {
            for comparison: NodeCondition.Comparison in [.lt, .le, .gt, .ge] {
                #expect(try !PayloadPattern.compared(comparison, value).matches(value))
            }
        }
        #expect(try !PayloadPattern.compared(.eq, .double(.nan)).matches(.double(.nan)))
        #expect(try PayloadPattern.compared(.ne, .double(.nan)).matches(.double(.nan)))
        #expect(try !PayloadPattern.compared(.le, .double(.nan)).matches(.double(.nan)))
    }

    @Test func `operators combine`() throws {
        let small = PayloadPattern.all([
            .any([.type(.integer), .type(.double)]), .not(.compared(.ge, 2)),
        ])
        #expect(try small.matches(1))
        #expect(try small.matches(1.5))
        #expect(try !small.matches(2.0))
        #expect(try !small.matches("1"))
        #expect(try PayloadPattern.all([]).matches(nil))
        #expect(try !PayloadPattern.any([]).matches(nil))
        let inside = PayloadPattern.array([
            .any([.exactly([1, 2]), .all([])]), .not(.exactly(1)), small,
        ])
        #expect(try inside.matches([[1, 2], 2, 1]))
        #expect(try inside.matches([[[]], [1], 1]))
        #expect(try !inside.matches([[1, 2], 1, 1]))
    }
}
