/// The tree as its documentation describes it, written to be obviously right and not fast.
struct Model {
    private(set) var root = ModelNode()
    private var revision = 0

    /// Applies an operation and returns its result.
    mutating func perform(_ line: JSON) -> JSON {
        if line["op"] == "reset" {
            self = Model()
            return .object(["ok": true])
        }
        revision += 1
        do {
            let operation = try ModelOperation(line)
            return operation.name == "transaction"
                ? try transaction(operation) : try single(operation)
        } catch {
            return (error as? Failure ?? Failure("invalidOperation")).result
        }
    }

    private mutating func transaction(_ transaction: ModelOperation) throws -> JSON {
        let before = root
        var results: [JSON] = []
        for operation in transaction.operations {
            if operation.name == "abort"
                || operation.name == "abortIfError" && results.last?["error"] != nil
            {
                root = before
                return .object(["aborted": operation.reason])
            }
            do {
                if transaction.isReadOnly, ModelOperation.writes.contains(operation.name) {
                    throw Failure("readOnlyTransaction")
                }
                results.append(try single(operation))
            } catch let failure as Failure {
                if ["readOnlyTransaction", "patternMatchesManyNodes"].contains(failure.code) {
                    root = before
                    throw failure
                }
                results.append(failure.result)
            }
        }
        return .object(["results": .array(results)])
    }

    private mutating func single(_ operation: ModelOperation) throws -> JSON {
        switch operation.name {
        case "abortIfError": return .object(["ok": true])
        case "dump":
            var nodes: [Path: [Text: JSON]] = [:]
            root.visit {
                nodes[$0] = $1.properties([
                    "payload", "payloadVersion", "childListVersion", "childCount",
                ])
            }
            return Model.list(nodes)
        case "get":
            return list([try root.target(of: operation.pattern, creating: false)], operation)
        case "exists", "hasPayload":
            let path = try read(operation)
            let node = path.flatMap { root[$0] }
            let answer = operation.name == "exists" ? node != nil : node?.payload != nil
            return .object(["bool": .bool(answer)])
        case "getMany", "count":
            let paths = root.matches(operation.pattern, includeRoot: operation.includeRoot)
            guard operation.name == "count" else { return list(paths, operation) }
            return .object(["count": .integer(Int128(paths.count))])
        default: return try write(operation)
        }
    }

    private func read(_ operation: ModelOperation) throws -> Path? {
        do {
            return try root.target(of: operation.pattern, creating: false)
        } catch let failure as Failure where failure.isTarget != nil {
            return nil
        }
    }

    private mutating func write(_ operation: ModelOperation) throws -> JSON {
        var command = ModelCommand(on: root, revision: revision, options: operation)
        switch operation.name {
        case "delete", "deleteMany":
            for path in try targets(operation) { command.remove(path, "explicit") }
        case "copy", "move": try transplant(operation, &command)
        default:
            for path in try targets(operation) {
                if let entries = operation.keepWhile {
                    if path.isEmpty, !entries.isEmpty { throw Failure("invalidOperation") }
                    try command.set(entries, of: path)
                }
                try command.put(operation.payload, at: path)
            }
        }
        command.finish()
        root = command.root
        return Model.list(command.listed)
    }

    /// The nodes that a write is for, in the order of their paths.
    private func targets(_ operation: ModelOperation) throws -> [Path] {
        let pattern = operation.pattern
        switch operation.name {
        case "put": return [try root.target(of: pattern, creating: true)]
        case "create": return [try target(of: operation, if: .exists(false))]
        case "update": return [try target(of: operation, if: .exists(true))]
        case "compareAndSwap": return [try target(of: operation, if: .payload(operation.expected))]
        case "putMany":
            return root.matches(pattern, includeRoot: operation.includeRoot, creating: true)
        case "clearPayload":
            do {
                return [try target(of: operation, if: .exists(true))]
            } catch let failure as Failure where failure.code == "nodeNotFound" {
                return []
            }
        case "delete": return try read(operation).map { [$0] } ?? []
        default: return root.matches(pattern, includeRoot: operation.includeRoot)
        }
    }

    /// The target of a write that puts one more condition on it.
    private func target(of operation: ModelOperation, if condition: ModelCondition) throws -> Path {
        guard let last = operation.pattern.last else {
            guard condition.holds("", root) else {
                throw Failure("mismatchingNode", at: [], isTarget: true)
            }
            return []
        }
        let pattern = operation.pattern.dropLast() + [.all([last, condition])]
        return try root.target(of: Array(pattern), creating: true)
    }

    private func transplant(_ operation: ModelOperation, _ command: inout ModelCommand) throws {
        let path = try root.target(of: operation.pattern, creating: true)
        if path.starts(with: operation.from) { throw Failure("invalidOperation") }
        let source = try root.target(of: operation.from.map { .name($0) }, creating: false)
        if root[path] != nil {
            if !operation.overwrite { throw Failure("mismatchingNode", at: path, isTarget: true) }
            // The root stays; what is copied to it is as if it were put there.
            let replaced = path.isEmpty ? root.children.keys.map { [$0] } : [path]
            for path in replaced { command.remove(path, "explicit") }
        }
        if operation.name == "move" { command.remove(source, "explicit") }
        guard let node = root[source] else { return }
        try command.graft(node, at: path)
    }

    private func list(_ paths: [Path], _ operation: ModelOperation) -> JSON {
        var nodes: [Path: [Text: JSON]] = [:]
        for path in paths { nodes[path] = root[path]?.properties(operation.returning) }
        return Model.list(nodes)
    }

    private static func list(_ nodes: [Path: [Text: JSON]]) -> JSON {
        let sorted = nodes.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let rows = sorted.map { path, properties in
            let members = properties.map { JSON.Member(key: $0.key, value: $0.value) }
            return JSON.array([.string(ModelPath.text(path)), .sortedObject(members)])
        }
        return .object(["nodes": .array(rows)])
    }
}
