import CBOR
import KhepriTree
import TestSupport

/// A node to test conditions on, with its children.
struct ConditionTestNode: NodeFacts {
    var payloadVersion: UInt64 = 1
    var childListVersion: UInt64 = 1
    var createdRevision: UInt64 = 1
    var modifiedRevision: UInt64 = 1
    var childrenRevision: UInt64 = 1
    var payload: [UInt8]?
    var children: [PathComponent: ConditionTestNode] = [:]

    var childCount: UInt64 { UInt64(children.count) }
    var hasPayload: Bool { payload != nil }

    func withPayload<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard let payload else { return try body(nil) }
        return try payload.withUnsafeBytes { try body($0) }
    }

    /// A tree with nodes at some paths, given as text; their ancestors are made too.
    init(paths: [String] = []) {
        for path in paths {
            insert(path.split(separator: "/").map { PathComponent(stringLiteral: String($0)) }[...])
        }
    }

    private mutating func insert(_ path: ArraySlice<PathComponent>) {
        guard let name = path.first else { return }
        children[name, default: ConditionTestNode()].insert(path.dropFirst())
    }

    /// The node at a path below this one.
    func node(at path: some Collection<PathComponent>) -> ConditionTestNode? {
        path.reduce(self) { node, name in node?.children[name] }
    }

    /// All paths below this node.
    var paths: [[PathComponent]] {
        children.flatMap { name, child in [[name]] + child.paths.map { [name] + $0 } }
    }
}

extension ConditionTestNode {
    /// The paths that a pattern matches by the rule of Khepri's documentation: the walk of the
    /// rest of the pattern from each child that passes, and of the same component from each child
    /// if it applies to grandchildren.
    func naiveMatches(of pattern: ArraySlice<NodeCondition>) -> Set<[PathComponent]> {
        guard let component = pattern.first else { return [[]] }
        var matches: Set<[PathComponent]> = []
        for (name, child) in children {
            var below: Set<[PathComponent]> = []
            if child.naivelyMeets(component, name: name) {
                below.formUnion(child.naiveMatches(of: pattern.dropFirst()))
            }
            if Self.isRepeated(component) { below.formUnion(child.naiveMatches(of: pattern)) }
            matches.formUnion(below.map { [name] + $0 })
        }
        return matches
    }

    private static func isRepeated(_ condition: NodeCondition) -> Bool {
        switch condition {
        case .anyPath, .pathMatches: true
        case .not(let inner): isRepeated(inner)
        case .all(let inner), .any(let inner): inner.contains(where: isRepeated)
        default: false
        }
    }

    /// The meaning of a condition spelled out.
    func naivelyMeets(_ condition: NodeCondition, name: PathComponent) -> Bool {
        switch condition {
        case .named(let other): return name == other
        case .anyName, .anyPath: return true
        case .nameMatches(let pattern), .pathMatches(let pattern):
            return pattern.matches(name.string)
        case .exists(let flag): return flag
        case .hasPayload(let flag): return (payload != nil) == flag
        case .payloadMatches(let pattern):
            guard let payload else { return false }
            return payload.withUnsafeBytes { pattern.matches($0) }
        case .number(let number, let comparison, let constant):
            let numbers: [NodeCondition.NodeNumber: UInt64] = [
                .payloadVersion: payloadVersion, .childListVersion: childListVersion,
                .childCount: UInt64(children.count), .createdRevision: createdRevision,
                .modifiedRevision: modifiedRevision, .childrenRevision: childrenRevision,
            ]
            let value = numbers[number] ?? 0
            return switch comparison {
            case .eq: value == constant
            case .ne: value != constant
            case .lt: value < constant
            case .le: value <= constant
            case .gt: value > constant
            case .ge: value >= constant
            }
        case .not(let inner): return !naivelyMeets(inner, name: name)
        case .all(let inner): return inner.allSatisfy { naivelyMeets($0, name: name) }
        case .any(let inner): return inner.contains { naivelyMeets($0, name: name) }
        }
    }
}

extension ConditionTestNode {
    private static let names: [PathComponent] = ["a", "b", "ab", "c"]

    static func random(depth: Int, using generator: inout TestRandom) -> Self {
        var node = ConditionTestNode()
        node.payloadVersion = .random(in: 1...3, using: &generator)
        node.childListVersion = .random(in: 1...3, using: &generator)
        node.createdRevision = .random(in: 1...3, using: &generator)
        node.modifiedRevision = .random(in: 1...3, using: &generator)
        node.childrenRevision = .random(in: 1...3, using: &generator)
        if generator.chance(60) { node.payload = [.random(in: 0...2, using: &generator)] }
        guard depth > 0 else { return node }
        for name in names where generator.chance(55) {
            node.children[name] = random(depth: depth - 1, using: &generator)
        }
        return node
    }

    static func randomName(using generator: inout TestRandom) -> PathComponent {
        names[Int.random(in: names.indices, using: &generator)]
    }

    static func randomCondition(
        depth: Int, using generator: inout TestRandom
    ) throws -> NodeCondition {
        if depth > 0, generator.chance(35) {
            let inner = try (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                try randomCondition(depth: depth - 1, using: &generator)
            }
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: return .all(inner)
            case 1: return .any(inner)
            default: return .not(inner.first ?? .anyName)
            }
        }
        switch Int.random(in: 0..<14, using: &generator) {
        case 0...3: return .named(randomName(using: &generator))
        case 4...5: return .anyName
        case 6...7: return .anyPath
        case 8: return .nameMatches(try NamePattern(regularExpression: "^a"))
        case 9: return .pathMatches(try NamePattern(regularExpression: "b"))
        case 10: return .exists(generator.chance(70))
        case 11: return .hasPayload(generator.chance(60))
        case 12: return .payloadMatches(.compared(.ge, 1))
        default:
            let numbers = NodeCondition.NodeNumber.allCases
            let comparisons = NodeCondition.Comparison.allCases
            return .number(
                numbers[Int.random(in: numbers.indices, using: &generator)],
                comparisons[Int.random(in: comparisons.indices, using: &generator)],
                .random(in: 0...3, using: &generator))
        }
    }
}
