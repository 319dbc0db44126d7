import CBOR
import Testing

@testable import KhepriTree

/// A store that applies operations one after the other and checks itself after each.
struct TestStore {
    var machine = TreeMachine(history: SessionID(high: 1, low: 1))
    private(set) var revision: UInt64 = 0
    /// What the last command changed.
    private(set) var changes = ChangeSet()

    /// Applies an operation; it is applied anew without a limit when it exceeds the one given.
    @discardableResult
    mutating func apply(
        _ kind: TreeOperation.Kind, at pattern: TreePattern = .root,
        _ options: TreeOperation.Options = .init(), visitLimit: Int? = 3
    ) -> OperationResult {
        let command = TreeCommand(TreeOperation(kind, at: pattern, options: options))
        revision += 1
        let context = ApplyContext(revision: Revision(revision), time: revision)
        let hash = machine.stateHash
        var outcome = machine.apply(command, in: context, visitLimit: visitLimit)
        if case .visitLimitExceeded = outcome {
            #expect(machine.stateHash == hash)
            machine.checkInvariants()
            outcome = machine.apply(command, in: context)
        }
        machine.checkInvariants()
        guard case .applied(let applied) = outcome else {
            Issue.record("expected that a command is applied, found \(outcome)")
            return .nodes([])
        }
        changes = applied.changes
        return applied.result
    }

    /// Applies an operation and describes its result.
    mutating func run(
        _ kind: TreeOperation.Kind, at pattern: TreePattern = .root,
        _ options: TreeOperation.Options = .init()
    ) -> String {
        apply(kind, at: pattern, options).summary
    }

    @discardableResult
    mutating func put(
        _ pattern: TreePattern, _ value: Int? = 1, _ keepWhile: [KeepWhileEntry]? = nil
    ) -> String {
        run(.put(.of(value, keepWhile)), at: pattern)
    }

    @discardableResult
    mutating func putMany(
        _ pattern: TreePattern, _ value: Int? = 1, _ keepWhile: [KeepWhileEntry]? = nil
    ) -> String {
        run(.putMany(.of(value, keepWhile)), at: pattern)
    }

    @discardableResult
    mutating func delete(_ pattern: TreePattern) -> String {
        run(.delete, at: pattern)
    }

    @discardableResult
    mutating func deleteMany(_ pattern: TreePattern) -> String {
        run(.deleteMany, at: pattern)
    }

    @discardableResult
    mutating func transaction(_ operations: [TreeOperation], readOnly: Bool = false) -> String {
        run(.transaction(readOnly: readOnly, operations))
    }

    /// Payload version, child list version and number of children of a node.
    func versions(_ path: TreePath) -> String? {
        machine.tree.node(at: path).map {
            "\($0.payloadVersion)/\($0.childListVersion)/\($0.childCount)"
        }
    }

    /// The paths of all nodes but the root, in order.
    var paths: String {
        matches(of: "/**")
    }

    /// The paths that a pattern matches, in order.
    func matches(of pattern: TreePattern, includesRoot: Bool = false) -> String {
        let options = TreeOperation.Options(returning: [], includeRoot: includesRoot)
        return machine.tree.read(TreeOperation(.getMany, at: pattern, options: options)).summary
    }

    /// The payload of a node as JSON.
    func value(_ path: TreePath) -> String? {
        machine.tree.node(at: path)?.payload?.jsonText
    }
}

extension TreeMachine {
    /// What a member has that begins with a snapshot of this state.
    func reloaded(byteLimit: Int = 1_000) throws -> TreeMachine {
        let snapshot = makeSnapshot()
        var loader = StateLoader()
        while let bytes = try snapshot.next(byteLimit: byteLimit) { try loader.consume(bytes) }
        return try loader.finish()
    }
}

extension TreeOperation.Write {
    static func of(_ value: Int?, _ keepWhile: [KeepWhileEntry]? = nil) -> TreeOperation.Write {
        TreeOperation.Write(payload: value.map { Payload.integer($0) }, keepWhile: keepWhile)
    }
}

extension TreeOperation {
    static func put(_ pattern: TreePattern, _ value: Int? = 1) -> TreeOperation {
        TreeOperation(.put(.of(value)), at: pattern)
    }
}

extension Payload {
    /// An integer from 0 to 23.
    static func integer(_ value: Int) -> Payload {
        precondition(0..<24 ~= value, "one byte of CBOR")
        return Payload(validated: [UInt8(value)])
    }
}

extension OperationResult {
    /// `path`, `@payload version`, `=payload` and `-reason`, as far as they are listed; errors as
    /// `code path`, with `*` for the target.
    var summary: String {
        switch self {
        case .nodes(let nodes): nodes.map(\.summary).joined(separator: " ")
        case .boolean(let value): "\(value)"
        case .count(let count): "\(count)"
        case .results(let results): results.map(\.summary).joined(separator: " | ")
        case .aborted(let reason): "aborted \(reason)"
        case .ok: "ok"
        case .error(let error):
            error.code.rawValue + (error.path.map { " \($0)" } ?? "")
                + (error.isTarget == true ? "*" : "")
        }
    }
}

extension ResultNode {
    fileprivate var summary: String {
        var text = path.description
        if let payloadVersion { text += "@\(payloadVersion)" }
        if let childListVersion { text += ",\(childListVersion)" }
        if let childCount { text += ",\(childCount)" }
        if let payload { text += "=\(payload)" }
        if let deleteReason { text += "-\(deleteReason.rawValue)" }
        return text
    }
}
