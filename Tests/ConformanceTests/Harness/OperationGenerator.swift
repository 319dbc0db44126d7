/// Makes random operations in the proportions of the recorded traces, and some that they lack.
struct OperationGenerator {
    private var conditions: ConditionGenerator
    private let keepWhilePercent: Int
    private let transactionWeight: Int
    private let manyWeight: Int

    init(seed: UInt64) {
        conditions = ConditionGenerator(seed: seed)
        keepWhilePercent = conditions.random.element([5, 20, 40, 60])
        transactionWeight = conditions.random.element([3, 8, 30])
        manyWeight = conditions.random.element([1, 2, 6])
    }

    /// A run: operations with a dump every 20 and at the end.
    mutating func run(count: Int) -> [JSON] {
        (1...count).map { $0 % 20 == 0 ? .object(["op": "dump"]) : operation() }
    }

    private mutating func operation() -> JSON {
        if conditions.random.chance(1) { return malformed() }
        guard conditions.random.below(100) < transactionWeight else { return single() }
        return transaction()
    }

    private mutating func transaction() -> JSON {
        let count = conditions.random.weighted([(0, 1), (1, 4), (2, 8), (3, 8), (4, 5), (6, 4)])
        let isReadOnly = conditions.random.chance(20)
        let operations = (0..<count).map { _ -> JSON in
            switch conditions.random.below(20) {
            case 0: .object(["op": "abort", "reason": conditions.value()])
            case 1: .object(["op": "abortIfError", "reason": conditions.value()])
            default: isReadOnly && conditions.random.chance(90) ? read() : single()
            }
        }
        return .object([
            "op": "transaction", "mode": isReadOnly ? "ro" : "rw", "ops": .array(operations),
        ])
    }

    private mutating func single() -> JSON {
        conditions.random.chance(30) ? read() : write()
    }

    private mutating func read() -> JSON {
        let names: [(Text, Int)] = [
            ("getMany", 10 * manyWeight), ("get", 12), ("count", 3 * manyWeight), ("exists", 4),
            ("hasPayload", 4),
        ]
        let name = conditions.random.weighted(names)
        let isMany = name == "getMany" || name == "count"
        return .object([
            "op": .string(name), "path": isMany ? conditions.pattern() : conditions.specificPath(),
            "return": returning(), "includeRoot": includeRoot(isMany),
        ])
    }

    private mutating func write() -> JSON {
        let names: [(Text, Int)] = [
            ("put", 40), ("create", 14), ("compareAndSwap", 8), ("update", 8), ("delete", 8),
            ("clearPayload", 5), ("putMany", 4 * manyWeight), ("deleteMany", 3 * manyWeight),
            ("clearManyPayloads", 2 * manyWeight), ("copy", 3), ("move", 3),
        ]
        let name = conditions.random.weighted(names)
        let isMany = ["putMany", "deleteMany", "clearManyPayloads"].contains(name)
        let isPut = ["put", "create", "compareAndSwap", "update", "putMany"].contains(name)
        let isTransplant = name == "copy" || name == "move"
        let isCleared = conditions.random.chance(12)
        let hasKeepWhile = isPut && conditions.random.chance(keepWhilePercent)
        return .object([
            "op": .string(name),
            "path": isMany
                ? conditions.pattern()
                : conditions.specificPath(isWritten: name == "put" || name == "create"),
            "expected": name == "compareAndSwap" ? conditions.payloadPattern() : nil,
            "from": isTransplant ? conditions.path() : nil,
            "overwrite": isTransplant && conditions.random.chance(50) ? true : nil,
            "noPayload": isPut && isCleared ? true : nil,
            "value": isPut && !isCleared ? conditions.value() : nil,
            "keepWhile": hasKeepWhile ? conditions.keepWhile() : nil,
            "return": returning(),
            "returnIndirectDeletes": conditions.random.chance(20)
                ? .bool(conditions.random.chance(50)) : nil,
            "includeRoot": includeRoot(isMany),
        ])
    }

    private mutating func includeRoot(_ isMany: Bool) -> JSON? {
        isMany && conditions.random.chance(15) ? true : nil
    }

    private mutating func returning() -> JSON? {
        let all: [JSON] = [
            "payload", "payloadVersion", "childListVersion", "childCount", "childNames",
            "hasPayload", "deleteReason", "createdRevision", "modifiedRevision", "childrenRevision",
        ]
        switch conditions.random.below(10) {
        case 0...4: return nil
        case 5...7: return .array(all)
        default: return .array(all.filter { _ in conditions.random.chance(40) })
        }
    }

    /// A line that is not a valid operation.
    private mutating func malformed() -> JSON {
        conditions.random.element([
            .object(["op": "put"]), .object(["op": "fly", "path": "/a"]), .object(["path": "/a"]),
            .object(["op": "put", "path": "/a"]),
            .object(["op": "put", "path": "/a", "value": 1, "noPayload": true]),
            .object(["op": "transaction", "mode": "rw"]),
            .object(["op": "transaction", "mode": "wr", "ops": []]),
            .object(["op": "abort", "reason": 1]),
            .object(["op": "compareAndSwap", "path": "/a", "value": 1]),
            .object(["op": "put", "path": "/a//b", "value": 1]),
            .object(["op": "get", "path": [""]]),
            .object(["op": "get", "path": "/a%4"]),
            .object(["op": "copy", "path": "/a"]),
            .object(["op": "put", "path": "/a", "value": .object(["$unknown": 1])]),
            .object(["op": "get", "path": "/a", "return": ["colour"]]),
        ])
    }
}
