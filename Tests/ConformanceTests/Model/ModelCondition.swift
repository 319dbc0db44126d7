/// A condition of one component of a pattern, or of a keep-while set.
indirect enum ModelCondition: Hashable, Sendable {
    case name(Text)
    case matches(ModelRegex, deep: Bool)
    case wildcard(deep: Bool)
    case exists(Bool)
    case hasPayload(Bool)
    case payload(JSON)
    case number(Text, Text, Int128)
    case not(ModelCondition)
    case all([ModelCondition])
    case any([ModelCondition])

    init(_ json: JSON) throws {
        if let name = json.text {
            self = .name(try ModelPath.checked(name))
            return
        }
        guard let member = json.onlyMember else { throw Failure("invalidOperation") }
        switch (member.key, member.value) {
        case ("wildcard", "*"): self = .wildcard(deep: false)
        case ("wildcard", "**"): self = .wildcard(deep: true)
        case ("nameMatches", .string(let regex)): self = .matches(try .init(regex), deep: false)
        case ("pathMatches", .string(let regex)): self = .matches(try .init(regex), deep: true)
        case ("nameMatches", let glob) where glob["glob"]?.text != nil:
            let pieces = glob["glob"]?.text?.bytes.split(
                separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            self = .matches(.init(glob: (pieces ?? []).map { Text(bytes: $0) }), deep: false)
        case ("exists", .bool(let flag)): self = .exists(flag)
        case ("hasPayload", .bool(let flag)): self = .hasPayload(flag)
        case ("payloadMatches", let pattern): self = .payload(pattern)
        case ("not", let inner): self = .not(try ModelCondition(inner))
        case ("all", .array(let inner)): self = .all(try inner.map { try ModelCondition($0) })
        case ("any", .array(let inner)): self = .any(try inner.map { try ModelCondition($0) })
        case (let property, let comparison):
            guard let operation = comparison.onlyMember, let number = operation.value.integer,
                ModelCondition.numbers.contains(property),
                ["eq", "ne", "lt", "le", "gt", "ge"].contains(operation.key)
            else { throw Failure("invalidOperation") }
            self = .number(property, operation.key, number)
        }
    }

    private static let numbers: [Text] = [
        "payloadVersion", "childListVersion", "childCount", "createdRevision", "modifiedRevision",
        "childrenRevision",
    ]

    /// Whether a node of this name meets the condition; the root's name is empty.
    func holds(_ name: Text, _ node: ModelNode) -> Bool {
        switch self {
        case .name(let wanted): return name == wanted
        case .wildcard: return true
        case .matches(let regex, _): return regex.matches(name)
        case .exists(let flag): return flag
        case .hasPayload(let flag): return (node.payload != nil) == flag
        case .payload(let pattern): return node.payload?.matches(pattern) ?? false
        case .not(let inner): return !inner.holds(name, node)
        case .all(let inner): return inner.allSatisfy { $0.holds(name, node) }
        case .any(let inner): return inner.contains { $0.holds(name, node) }
        case .number(let property, let comparison, let number):
            let found = node.property(property)?.integer ?? 0
            return comparison.holds(found == number ? 0 : found < number ? -1 : 1)
        }
    }

    /// The one name that can meet the condition, whatever the node holds.
    var denotes: Text? {
        switch self {
        case .name(let name): return name
        case .not(let inner): return inner.denotes
        case .all(let inner):
            let names = Set(inner.compactMap(\.denotes))
            return names.count == 1 ? names.first : nil
        case .any(let inner):
            let names = Set(inner.map(\.denotes))
            return names.count == 1 ? names.first ?? nil : nil
        default: return nil
        }
    }

    /// The name that the component is, once `all` and `any` of one condition are that condition.
    var plainName: Text? {
        switch self {
        case .name(let name): return name
        case .all(let inner) where inner.count == 1, .any(let inner) where inner.count == 1:
            return inner[0].plainName
        default: return nil
        }
    }

    /// Whether a put may create the missing node that the condition denotes.
    var permitsCreation: Bool {
        switch self {
        case .name, .exists(false): return true
        case .all(let inner): return inner.allSatisfy(\.permitsCreation)
        case .any(let inner): return inner.contains(where: \.permitsCreation)
        default: return false
        }
    }

    /// Whether the condition is about more than names.
    var testsProperties: Bool {
        switch self {
        case .hasPayload, .payload, .number: return true
        case .not(let inner): return inner.testsProperties
        case .all(let inner), .any(let inner): return inner.contains(where: \.testsProperties)
        default: return false
        }
    }

    /// What the condition can come to for nodes of this name.
    func outcomes(_ name: Text) -> Set<Bool> {
        switch self {
        case .hasPayload, .payload, .number: return [true, false]
        case .not(let inner): return Set(inner.outcomes(name).map { !$0 })
        case .all(let inner):
            let outcomes = inner.map { $0.outcomes(name) }
            return Set(
                [true, false].filter { outcome in
                    outcome
                        ? outcomes.allSatisfy { $0.contains(true) }
                        : outcomes.contains { $0.contains(false) }
                })
        case .any(let inner): return Self.not(.all(inner.map { .not($0) })).outcomes(name)
        default: return [holds(name, ModelNode())]
        }
    }

    /// Whether the component is tried again on every level below.
    var reachesDown: Bool {
        switch self {
        case .matches(_, let deep), .wildcard(let deep): return deep
        case .not(let inner): return inner.reachesDown
        case .all(let inner), .any(let inner): return inner.contains(where: \.reachesDown)
        default: return false
        }
    }
}

extension Text {
    /// Whether this comparison (`lt`, `ge` …) holds of an order: -1, 0 or 1.
    func holds(_ order: Int) -> Bool {
        switch self {
        case "eq": return order == 0
        case "ne": return order != 0
        case "lt": return order < 0
        case "le": return order <= 0
        case "gt": return order > 0
        default: return order >= 0
        }
    }
}
