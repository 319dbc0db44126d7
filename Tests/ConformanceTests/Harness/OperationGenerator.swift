import TestSupport

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
    ///
    /// The model performs each, so that the next one is about what is there then.
    mutating func run(count: Int) -> [JSON] {
        var model = Model()
        return (1...count).map { number in
            conditions.tree = model.root
            let operation = number % 20 == 0 ? .object(["op": "dump"]) : operation(in: model)
            _ = model.perform(operation)
            return operation
        }
    }

    private mutating func operation(in model: Model) -> JSON {
        if conditions.random.chance(1) { return malformed() }
        guard conditions.random.below(100) < transactionWeight else { return single() }
        return transaction(in: model)
    }

    private mutating func transaction(in model: Model) -> JSON {
        let count = conditions.random.weighted([
            (0, 1), (1, 4), (2, 8), (3, 8), (4, 5), (6, 4), (10, 2),
        ])
        let isReadOnly = conditions.random.chance(20)
        var model = model
        let operations = (0..<count).map { _ -> JSON in
            switch conditions.random.below(30) {
            case 0: return .object(["op": "abort", "reason": conditions.value()])
            case 1...2: return .object(["op": "abortIfError", "reason": conditions.value()])
            default: break
            }
            let operation = isReadOnly && conditions.random.chance(85) ? read() : single()
            _ = model.perform(operation)
            conditions.tree = model.root
            return operation
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
        let path = isMany ? conditions.pattern() : conditions.specific(conditions.path())
        return .object([
            "op": .string(name), "path": path, "return": returning(),
            "includeRoot": includeRoot(isMany),
        ])
    }

    /// A small tree is let grow, a large one is cut.
    private mutating func write() -> JSON {
        let size = conditions.paths.count
        let grows = size < 5 ? 3 : 1
        let shrinks = size < 5 ? 0 : size > 40 ? 4 : 1
        let names: [(Text, Int)] = [
            ("put", 40 * grows), ("create", 14 * grows), ("compareAndSwap", 10), ("update", 10),
            ("delete", 8 * shrinks), ("clearPayload", 6), ("putMany", 4 * manyWeight),
            ("deleteMany", 2 * manyWeight * shrinks), ("clearManyPayloads", 2 * manyWeight),
            ("copy", 3), ("move", 3),
        ]
        let name = conditions.random.weighted(names)
        let isMany = ["putMany", "deleteMany", "clearManyPayloads"].contains(name)
        if isMany { return write(name, at: conditions.pattern(), of: [], isMany: true) }
        let isPut = ["put", "create", "compareAndSwap", "update"].contains(name)
        let keepsWhile = isPut && conditions.random.chance(keepWhilePercent)
        let path =
            keepsWhile
            ? conditions.watcher() : conditions.path(isWritten: name == "put" || name == "create")
        return write(name, at: conditions.specific(path), of: path, keepsWhile: keepsWhile)
    }

    private mutating func write(
        _ name: Text, at pattern: JSON, of path: Path, isMany: Bool = false,
        keepsWhile: Bool = false
    ) -> JSON {
        let isPut = ["put", "create", "compareAndSwap", "update", "putMany"].contains(name)
        let isClear = name == "clearPayload" || name == "clearManyPayloads"
        let isTransplant = name == "copy" || name == "move"
        let isCleared = conditions.random.chance(12)
        let hasKeepWhile =
            keepsWhile || name == "putMany" && conditions.random.chance(keepWhilePercent)
            || isClear && conditions.random.chance(keepWhilePercent / 4)
        let node = conditions.tree[path]
        let isEqual = node?.payload != nil && conditions.random.chance(15)
        let value = isEqual ? node?.payload?.encoded : conditions.value()
        return .object([
            "op": .string(name), "path": pattern,
            "expected": name == "compareAndSwap" ? conditions.payloadPattern(about: node) : nil,
            "from": isTransplant ? .array(conditions.path().map { .string($0) }) : nil,
            "overwrite": isTransplant && conditions.random.chance(50) ? true : nil,
            "noPayload": isPut && isCleared ? true : nil,
            "value": isPut && !isCleared ? value : nil,
            "keepWhile": hasKeepWhile ? conditions.keepWhile(of: path) : nil,
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
