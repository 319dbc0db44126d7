import TestSupport

/// Makes random values, conditions and paths, from few names so that they often meet.
struct ConditionGenerator {
    var random: TestRandom
    let names: [Text]
    let depthMaximum: Int
    /// The tree as it is when the operation is made: most operations are about its nodes, and most
    /// conditions just true or just false of them.
    var tree = ModelNode() {
        didSet { (paths, watchers, watched) = (tree.paths, tree.watchers, tree.watched) }
    }
    /// Its paths but the root's, in order.
    private(set) var paths: [Path] = []
    /// The nodes with a keep-while set that was given to them, and what they watch.
    private(set) var watchers: [Path] = []
    private(set) var watched: [Path] = []
    /// Paths written lately, some of which are gone.
    var recent: [Path] = []

    init(seed: UInt64) {
        random = TestRandom(seed: seed)
        let plain: [Text] = ["a", "b", "c", "d", "ab", "x", "b.1", "B-x"]
        let odd: [Text] = [
            "é", "e\u{301}", "*", "**", ".", "..", "a/b", "%41", "a b", "$", "\u{1}", "a:b", "😀",
        ]
        var names = Array(plain.prefix(2 + random.below(plain.count - 1)))
        if random.chance(15) { names += [random.element(odd), random.element(odd)] }
        self.names = names
        depthMaximum = 2 + random.below(4)
    }

    mutating func name() -> Text {
        random.element(names)
    }

    // MARK: Values

    mutating func value(depth: Int = 2) -> JSON {
        switch random.below(depth > 0 ? 22 : 18) {
        case 0...4: .integer(Int128(random.below(5)))
        case 5: .integer(Int128(random.element([-3, 1_234_567_890_123, 9_007_199_254_740_993])))
        case 6...7: .double(random.element([1.5, 2.0, -0.0, 0.0, 1e300, 9_007_199_254_740_992]))
        case 8...9: .bool(random.chance(50))
        case 10: .null
        case 11...13: random.element(["v1", "v2", "", "x y", "é", "\"\\\n"])
        case 14: .array([])
        case 15: .object([])
        case 16: .object(["$bytes": random.element(["", "AAE=", "/+8="])])
        case 17: .object(["$double": random.element(["NaN", "Infinity", "-Infinity"])])
        case 18...19: .array((0...random.below(2)).map { _ in value(depth: depth - 1) })
        case 20: .object(["$literal": .object(["$x": value(depth: depth - 1)])])
        default: object { $0.value(depth: depth - 1) }
        }
    }

    private mutating func object(_ value: (inout Self) -> JSON) -> JSON {
        let keys = Set(
            (0...random.below(2)).map { _ in random.element(["k", "l", "m"] as [Text]) })
        return .sortedObject(
            keys.sorted().map { JSON.Member(key: $0, value: value(&self)) })
    }

    /// A pattern, often one that the payload of a node matches or just does not.
    mutating func payloadPattern(about node: ModelNode?) -> JSON {
        guard let payload = node?.payload, random.chance(70) else { return payloadPattern() }
        switch random.below(7) {
        case 0...2: return payload.encoded
        case 3: return .object(["$type": .string(payload.typeName)])
        case 4:
            let comparison: Text = random.element(["$eq", "$ne", "$lt", "$le", "$gt", "$ge"])
            return .sortedObject([.init(key: comparison, value: payload.encoded)])
        case 5: return .object(["$not": payload.encoded])
        default: return loosened(payload)
        }
    }

    /// A pattern that leaves parts of a value open.
    private mutating func loosened(_ value: JSON) -> JSON {
        switch value {
        case .array(let elements):
            return .array(
                elements.map { random.chance(50) ? .object(["$any": true]) : loosened($0) })
        case .object(let members):
            let kept = members.filter { _ in random.chance(60) }
            let inner = kept.map { JSON.Member(key: $0.key, value: loosened($0.value)) }
            return .object(["$literal": .sortedObject(inner)])
        default: return value.encoded
        }
    }

    mutating func payloadPattern(depth: Int = 2) -> JSON {
        let comparisons: [Text] = ["$eq", "$ne", "$lt", "$le", "$gt", "$ge"]
        let types = ["integer", "double", "string", "boolean", "null", "array", "object", "bytes"]
        switch random.below(depth > 0 ? 12 : 8) {
        case 0...3: return value(depth: depth)
        case 4...5: return .object(["$any": true])
        case 6: return .object(["$type": .string(Text(random.element(types)))])
        case 7:
            return .sortedObject([.init(key: random.element(comparisons), value: value(depth: 1))])
        case 8: return object { $0.payloadPattern(depth: depth - 1) }
        case 9: return .array((0...random.below(2)).map { _ in payloadPattern(depth: depth - 1) })
        case 10: return .object(["$not": payloadPattern(depth: depth - 1)])
        default:
            let patterns = (0..<random.below(3)).map { _ in payloadPattern(depth: depth - 1) }
            return .sortedObject(
                [.init(key: random.element(["$and", "$or"]), value: .array(patterns))])
        }
    }

    // MARK: Conditions

    /// A condition, often one that is just true or just false of a node.
    mutating func condition(about node: ModelNode? = nil, depth: Int = 2) -> JSON {
        switch random.below(depth > 0 ? 22 : 16) {
        case 0...2: .object(["exists": .bool(random.chance(65))])
        case 3...4: .object(["hasPayload": .bool(random.chance(60))])
        case 5...6: .object(["payloadMatches": payloadPattern(about: node)])
        case 7...11: number(about: node)
        case 12...13: regex("nameMatches")
        case 14: random.chance(50) ? regex("pathMatches") : wildcard()
        case 15: .string(name())
        case 16...17: .object(["not": condition(about: node, depth: depth - 1)])
        case 18...19: .object(["all": .array(conditions(about: node, depth: depth - 1))])
        default: .object(["any": .array(conditions(about: node, depth: depth - 1))])
        }
    }

    private mutating func conditions(about node: ModelNode?, depth: Int) -> [JSON] {
        let count = random.weighted([(0, 1), (1, 3), (2, 5), (3, 2)])
        return (0..<count).map { _ in condition(about: node, depth: depth) }
    }

    private mutating func number(about node: ModelNode?) -> JSON {
        let property: Text = random.weighted([
            ("payloadVersion", 4), ("childListVersion", 4), ("childCount", 6),
            ("createdRevision", 1), ("modifiedRevision", 1), ("childrenRevision", 1),
        ])
        let comparison: Text = random.element(["eq", "ne", "lt", "le", "gt", "ge"])
        var number = Int128(random.below(5))
        if let present = node?.property(property)?.integer, random.chance(80) {
            number = max(0, present + random.weighted([(0, 4), (1, 2), (-1, 2)]))
        }
        let test = JSON.sortedObject([.init(key: comparison, value: .integer(number))])
        return .sortedObject([.init(key: property, value: test)])
    }

    private mutating func regex(_ kind: Text) -> JSON {
        let regex: String = random.element([
            "a", "^a", "b$", "^ab$", "[^a]", "(ab|c)+", "a?b", #"\."#, "[0-9]", "^.$", "^B",
            "^(a|c)$", "^[a-c]{1,2}$", "^c", "^[ab]$", "", #"\w-\w"#, "^(a|b|ab)*$",
            #"^\d|\s|x{1}$"#,
        ])
        return .sortedObject([.init(key: kind, value: .string(Text(regex)))])
    }

    mutating func wildcard() -> JSON {
        .object(["wildcard": random.chance(65) ? "*" : "**"])
    }
}
