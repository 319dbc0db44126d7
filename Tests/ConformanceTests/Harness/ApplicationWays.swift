import CBOR
import KhepriTree

/// Applies commands in several ways that nobody may tell apart: in place; first within a limit of
/// visits and then on a copy of the root, as a store does; and without listing nodes, as a member
/// does that nobody waits on, one that begins anew with a snapshot now and then.
struct ApplicationWays {
    private var inPlace = TreeMachine(history: SessionID(high: 0, low: 0))
    private var limited = TreeMachine(history: SessionID(high: 0, low: 0))
    private var silent = TreeMachine(history: SessionID(high: 0, low: 0))
    private var revision: UInt64 = 0
    /// How many commands exceeded their limit.
    private(set) var exceededCount = 0

    /// Applies an operation in every way, and says where they differ.
    mutating func difference(on operation: TreeOperation, visitLimit: Int) -> String? {
        revision += 1
        let context = ApplyContext(revision: Revision(revision), time: revision)
        let command = TreeCommand(operation)
        let old = limited.tree
        let oldDump = Self.dump(old)
        guard case .applied(let first) = inPlace.apply(command, in: context) else {
            return "a command without a limit is not applied"
        }
        var outcome = limited.apply(command, in: context, visitLimit: visitLimit)
        if case .visitLimitExceeded = outcome {
            exceededCount += 1
            limited.checkInvariants()
            guard limited.revision.rawValue == revision - 1, Self.dump(limited.tree) == oldDump
            else { return "a command that exceeded its limit changed something" }
            outcome = limited.apply(command, in: context)
        }
        guard case .applied(let second) = outcome else { return "not applied after its limit" }
        // A limit that is never exceeded still makes what it takes to undo a command.
        let endless = visitLimit == 0 ? nil : Int.max
        guard
            case .applied(let third) = silent.apply(
                command, in: context, visitLimit: endless, wantsNodes: false)
        else { return "a command without a limit is not applied" }
        if revision % 20 == 0 {
            guard let restored = try? Self.restored(silent) else {
                return "its snapshot is refused"
            }
            silent = restored
        }
        guard Self.dump(old) == oldDump else {
            return "a command changed a tree that somebody holds"
        }
        return difference(first, second, third)
    }

    private func difference(_ first: Applied, _ second: Applied, _ third: Applied) -> String? {
        let machines = [inPlace, limited, silent]
        for machine in machines { machine.checkInvariants() }
        let changes = zip([first, second, third], machines).map { $0.describe(after: $1) }
        if first.result != second.result {
            return "the results differ: \(first.result.jsonText), \(second.result.jsonText)"
        }
        if first.result.withoutNodes != third.result.withoutNodes {
            return "without nodes, it ends otherwise"
        }
        if Set(changes).count > 1 { return "the changes differ: \(changes)" }
        if Set(machines.map(\.stateHash)).count > 1 { return "the state hashes differ" }
        if Set(machines.map(\.keepWhileCount)).count > 1 { return "the watchers differ" }
        if Self.dump(inPlace.tree) != Self.dump(limited.tree) { return "the trees differ" }
        if Self.listing(limited.tree) != Self.listing(silent.tree) {
            return "the tree differs from that of a snapshot"
        }
        return nil
    }

    /// The machine that a snapshot makes, taken in pieces.
    private static func restored(_ machine: TreeMachine) throws -> TreeMachine {
        let snapshot = machine.makeSnapshot()
        var loader = StateLoader()
        while let bytes = try snapshot.next(byteLimit: 100) { try loader.consume(bytes) }
        return try loader.finish()
    }

    /// Everything a tree tells of its nodes, and what it remembers of changes below them.
    private static func dump(_ tree: Tree) -> String {
        var text = listing(tree)
        tree.forEachMatch(of: TreePattern(components: [.anyPath]), includesRoot: true) { _, node in
            text += "\n\(node.subtreeRevision)"
            return true
        }
        return text
    }

    /// Everything a tree tells of its nodes; what a snapshot makes is the same.
    private static func listing(_ tree: Tree) -> String {
        let options = TreeOperation.Options(returning: .all, includeRoot: true)
        let everything = TreeOperation(
            .getMany, at: TreePattern(components: [.anyPath]), options: options)
        var text = tree.read(everything).jsonText
        tree.forEachMatch(of: everything.path, includesRoot: true) { _, node in
            let entries = node.keepWhileSet.map { KeepWhileSet.encode($0.entries) } ?? []
            text += "\n\(entries)"
            return true
        }
        return text
    }
}

extension Applied {
    /// What the caller is told of the changes, as text.
    fileprivate func describe(after machine: TreeMachine) -> String {
        var text = "\(modifiedRevision?.rawValue ?? 0)"
        for change in changes.changes {
            let node = machine.tree.node(at: change.path)
            let images = [change.old, change.new, change.removed].map {
                $0.map { $0.describe(present: node) } ?? "none"
            }
            text += "\n\(change.path) \(change.kind) \(images) \(change.isReplacement) "
            text += "\(change.isPayloadChanged) \(change.deleteReason?.rawValue ?? "")"
        }
        return text
    }
}

extension NodeImage {
    fileprivate func describe(present: TreeNode?) -> String {
        let numbers = [
            payloadVersion, childListVersion, childCount, createdRevision, modifiedRevision,
            childrenRevision,
        ]
        let entries = keepWhile.map { KeepWhileSet.encode($0.entries) } ?? []
        return "\(numbers) \(payload(present: present)?.jsonText ?? "-") \(entries)"
    }
}

extension OperationResult {
    /// The result with its lists of nodes emptied.
    fileprivate var withoutNodes: OperationResult {
        switch self {
        case .nodes: .nodes([])
        case .results(let results): .results(results.map(\.withoutNodes))
        default: self
        }
    }
}
