/// Makes random values, conditions and paths, from few names so that they often meet.
struct ConditionGenerator {
    var random: SplitMix
    let names: [Text]
    let depthMaximum: Int
    /// Paths made lately, to come back to.
    private var recent: [[JSON]] = []

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
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

    mutating func condition(depth: Int = 2) -> JSON {
        switch random.below(depth > 0 ? 22 : 16) {
        case 0...2: return .object(["exists": .bool(random.chance(65))])
        case 3...4: return .object(["hasPayload": .bool(random.chance(60))])
        case 5...6: return .object(["payloadMatches": payloadPattern()])
        case 7...11: return number()
        case 12...13: return regex("nameMatches")
        case 14: return random.chance(50) ? regex("pathMatches") : wildcard()
        case 15: return .string(name())
        case 16...17: return .object(["not": condition(depth: depth - 1)])
        case 18...19: return .object(["all": .array(conditions(depth: depth - 1))])
        default: return .object(["any": .array(conditions(depth: depth - 1))])
        }
    }

    private mutating func conditions(depth: Int) -> [JSON] {
        (0..<random.weighted([(0, 1), (1, 3), (2, 5), (3, 2)])).map { _ in condition(depth: depth) }
    }

    private mutating func number() -> JSON {
        let property: Text = random.weighted([
            ("payloadVersion", 4), ("childListVersion", 4), ("childCount", 6),
            ("createdRevision", 1), ("modifiedRevision", 1), ("childrenRevision", 1),
        ])
        let comparison: Text = random.element(["eq", "ne", "lt", "le", "gt", "ge"])
        let limit =
            property.bytes.last == UInt8(ascii: "n") && property != "payloadVersion" ? 300 : 5
        let number = JSON.integer(Int128(random.below(limit)))
        let test = JSON.sortedObject([.init(key: comparison, value: number)])
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

    private mutating func wildcard() -> JSON {
        .object(["wildcard": random.chance(65) ? "*" : "**"])
    }

    // MARK: Paths

    /// A path of names: new, or one written lately, perhaps one level longer or shorter.
    mutating func path(isWritten: Bool = false) -> JSON {
        var components = (0..<random.below(depthMaximum) + 1).map { _ in JSON.string(name()) }
        if !recent.isEmpty, random.chance(isWritten ? 50 : 80) {
            components = random.element(recent)
            if random.chance(15) { components.removeLast() }
            if random.chance(15) { components.append(.string(name())) }
        }
        if isWritten, !components.isEmpty { recent.append(components) }
        if recent.count > 12 { recent.removeFirst() }
        return .array(components)
    }

    /// A path for an operation on one node.
    mutating func specificPath(isWritten: Bool = false) -> JSON {
        guard case .array(var components) = path(isWritten: isWritten) else { return .null }
        if random.chance(10) { return text(components) }
        guard random.chance(40) else { return .array(components) }
        for index in components.indices where random.chance(30) {
            components[index] = specificComponent(components[index])
        }
        return .array(components)
    }

    private mutating func specificComponent(_ name: JSON) -> JSON {
        switch random.below(14) {
        case 0: return .object(["all": [name]])
        case 1: return .object(["any": [name]])
        case 2...5: return .object(["all": [name, condition(depth: 1)]])
        case 6: return .object(["all": [condition(depth: 1), name]])
        case 7: return .object(["all": [name, .object(["exists": .bool(random.chance(50))])]])
        case 8:
            return .object(["all": [.object(["any": [name, .object(["exists": false])]]), name]])
        case 9:
            let either: JSON = .object(["any": [.object(["exists": false]), condition(depth: 1)]])
            return .object(["all": [name, either]])
        case 10: return .object(["not": name])
        case 11: return .object(["any": [name, .string(self.name())]])
        case 12: return wildcard()
        default: return condition()
        }
    }

    /// A pattern for an operation on many nodes.
    mutating func pattern() -> JSON {
        if random.chance(10) {
            return .string(
                Text(
                    random.element([
                        "/*", "/**", "/a*", "/*/*", "/*/b", "/a/**", "/a/*b*/*", "**", "*", "/**/a",
                        "/",
                        "/./a/../b", "/b%2E1", "/*/%61", "/b/", "/a/*%2A*", "/..",
                    ])))
        }
        guard case .array(var components) = path() else { return .null }
        for index in components.indices where random.chance(50) {
            switch random.below(10) {
            case 0...4: components[index] = wildcard()
            case 5...7: components[index] = condition()
            default: components[index] = specificComponent(components[index])
            }
        }
        return .array(components)
    }

    /// The text form of names.
    private func text(_ components: [JSON]) -> JSON {
        .string(ModelPath.text(components.compactMap(\.text)))
    }

    mutating func keepWhile() -> JSON {
        let count = random.weighted([(0, 1), (1, 8), (2, 3), (3, 1)])
        return .array((0..<count).map { _ in [keepWhileKey(), keepWhileCondition()] })
    }

    /// Often one that holds at first.
    private mutating func keepWhileCondition() -> JSON {
        switch random.below(10) {
        case 0...2: .object(["exists": true])
        case 3: .object(["hasPayload": true])
        case 4: .object(["childCount": .object(["lt": .integer(Int128(1 + random.below(3)))])])
        case 5: .object(["payloadVersion": .object(["le": .integer(Int128(1 + random.below(3)))])])
        case 6:
            .object(["childListVersion": .object(["lt": .integer(Int128(2 + random.below(3)))])])
        default: condition(depth: 1)
        }
    }

    private mutating func keepWhileKey() -> JSON {
        let name = ModelPath.text([name()]).description
        switch random.below(20) {
        case 0...3: return "."
        case 4...6: return ".."
        case 7: return "../.."
        case 8...10: return .string(Text(".." + name))
        case 11: return .string(Text("." + name))
        case 12:
            return random.element(["./*", "../*", "./**", "../../*", "/", "/*", "/**", "./*/*"])
        case 13: return .string(Text("../*" + name))
        case 14: return pattern()
        default: return path()
        }
    }
}
