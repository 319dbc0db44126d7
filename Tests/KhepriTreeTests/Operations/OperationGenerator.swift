import CBOR

import TestSupport
@testable import KhepriTree

/// Makes random operations of every kind, within all limits.
struct OperationGenerator {
    var random: TestRandom
    /// The names of nodes; with few of them operations often meet.
    var names = [
        "a", "b", "stock", "a/b", "*", "**", ".", "..", "%41", "\0", "é", "木", "$any", "up",
        "exactly fifteen", "exactly sixteen!", String(repeating: "x", count: 255),
    ]

    mutating func operation(isInTransaction: Bool = false) throws -> TreeOperation {
        let codes = OperationCode.allCases.filter {
            isInTransaction ? $0.isForTransactions : $0.isForItself
        }
        var parts = OperationParts(pick(codes))
        let fields = parts.code.fields
        if fields.contains(.payload) { parts.payload = random.chance(70) ? try payload() : nil }
        if fields.contains(.keepWhile), random.chance(40) {
            parts.keepWhile = try many(2) { try $0.keepWhileEntry() }
        }
        if fields.contains(.expected) { parts.expected = try payloadPattern(depth: 3) }
        if fields.contains(.source) {
            parts.source = TreePath(components: try many(4) { try $0.name() })
            parts.overwrite = random.chance(50)
        }
        if fields.contains(.operations) {
            parts.isReadOnly = random.chance(30)
            parts.operations = try many(4) { try $0.operation(isInTransaction: true) }
        }
        if fields.contains(.reason) { parts.reason = try payload() }
        guard fields.contains(.path) else { return TreeOperation(try parts.kind()) }
        return TreeOperation(try parts.kind(), at: try pattern(), options: options())
    }

    mutating func session() -> TreeCommand.Session? {
        guard random.chance(50) else { return nil }
        let sequence = UInt64.random(in: 1...(.max), using: &random)
        return TreeCommand.Session(
            id: SessionID(high: random.next(), low: random.next()), sequence: sequence,
            lowestUnanswered: .random(in: 1...sequence, using: &random))
    }

    mutating func name() throws -> PathComponent {
        try PathComponent(pick(names))
    }

    mutating func pattern() throws -> TreePattern {
        TreePattern(
            components: try many(4) { try $0.condition(depth: $0.random.chance(70) ? 0 : 3) })
    }

    mutating func condition(depth: Int) throws -> NodeCondition {
        switch Int.random(in: 0..<(depth > 0 ? 13 : 6), using: &random) {
        case 0, 1, 2: .named(try name())
        case 3: .anyName
        case 4: .anyPath
        case 5: .nameMatches(try namePattern())
        case 6: .pathMatches(try namePattern())
        case 7: .exists(random.chance(50))
        case 8: .hasPayload(random.chance(50))
        case 9: .payloadMatches(try payloadPattern(depth: depth))
        case 10:
            .number(
                pick(NodeCondition.NodeNumber.allCases), pick(NodeCondition.Comparison.allCases),
                random.next())
        case 11: .not(try condition(depth: depth - 1))
        default:
            random.chance(50)
                ? .all(try many(3) { try $0.condition(depth: depth - 1) })
                : .any(try many(3) { try $0.condition(depth: depth - 1) })
        }
    }

    private mutating func namePattern() throws -> NamePattern {
        random.chance(50)
            ? try NamePattern(glob: pick(["a*b", "*", "**", "*.*", "a/*", "none", "*%", "***"]))
            : try NamePattern(regularExpression: pick(["^a", "b$", "[a-z]+", "x{2,3}|y", ""]))
    }

    mutating func payloadPattern(depth: Int) throws -> PayloadPattern {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 4), using: &random) {
        case 0: .anything
        case 1: .exactly(scalar())
        case 2: .type(pick(PayloadPattern.PayloadType.allCases))
        case 3: .compared(pick(NodeCondition.Comparison.allCases), try value(depth: 2))
        case 4: .array(try many(3) { try $0.payloadPattern(depth: depth - 1) })
        case 5:
            .map(
                try distinctKeys().map {
                    .init(key: $0, pattern: try payloadPattern(depth: depth - 1))
                })
        case 6: .all(try many(2) { try $0.payloadPattern(depth: depth - 1) })
        case 7: .any(try many(2) { try $0.payloadPattern(depth: depth - 1) })
        default: .not(try payloadPattern(depth: depth - 1))
        }
    }

    private mutating func keepWhileEntry() throws -> KeepWhileEntry {
        if random.chance(10) { return .lease(SessionID(high: random.next(), low: random.next())) }
        let condition = try condition(depth: 2)
        guard random.chance(50) else { return KeepWhileEntry(.absolute(try pattern()), condition) }
        let up = Int.random(in: 0...TreeLimits.pathComponentsMaximum, using: &random)
        return KeepWhileEntry(.relative(up: up, try pattern()), condition)
    }

    mutating func payload() throws -> Payload {
        try Payload(try value(depth: 3))
    }

    private mutating func value(depth: Int) throws -> CBORValue {
        guard depth > 0, random.chance(40) else { return scalar() }
        if random.chance(50) { return .array(try many(3) { try $0.value(depth: depth - 1) }) }
        return .map(
            try distinctKeys().map { CBORMapEntry(key: $0, value: try value(depth: depth - 1)) })
    }

    private mutating func scalar() -> CBORValue {
        pick([
            .null, .boolean(true), .unsigned(0), .unsigned(.max), .negative(-1), .negative(.min),
            .double(1), .double(-0.0), .double(.nan), .double(.infinity), .double(1e300),
            .text(""), .text("$any"), .text("\0é"), .bytes([]), .bytes([0, 255]),
        ])
    }

    private mutating func distinctKeys() -> [CBORText] {
        let keys: [CBORText] = ["$any", "$eq", "", "a", "é", "e\u{301}", "long key of a member"]
        return Array(keys.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)))
    }

    private mutating func options() -> TreeOperation.Options {
        guard random.chance(50) else { return .init() }
        let bits = UInt16.random(in: 0...NodePropertySet.all.rawValue, using: &random)
        return .init(
            returning: NodePropertySet(rawValue: bits), includeRoot: random.chance(50),
            returnIndirectDeletes: random.chance(50))
    }

    private mutating func many<Element>(
        _ countMaximum: Int, _ make: (inout OperationGenerator) throws -> Element
    ) rethrows -> [Element] {
        let count = Int.random(in: 0...countMaximum, using: &random)
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try make(&self)) }
        return elements
    }

    private mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &random)]
    }
}
