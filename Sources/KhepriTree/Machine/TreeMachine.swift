/// The replicated state of one store, and the one way to change it.
///
/// Application is total: whatever a committed command holds, there is a result and no trap, and an
/// error leaves everything as it was. It depends on nothing but the state, the command and the
/// context, so every member that applies the same log has the same state.
package struct TreeMachine: Sendable {
    /// The behaviour this code applies.
    package static let version: UInt32 = 1

    var editor = TreeEditor()
    private(set) var sessions = SessionTable()
    /// The other stores of the cluster, as far as this store keeps the list of them.
    package var catalogue = StoreCatalogue()

    /// Names the history that revisions belong to; recovery with loss of data begins another one.
    package private(set) var history: SessionID
    /// The revision of the last command.
    package private(set) var revision = Revision.zero
    /// The time of the last command, in milliseconds.
    package private(set) var time: UInt64 = 0
    /// The sum over all nodes.
    private var treeHash: UInt128
    /// The nodes with a keep-while set.
    package private(set) var keepWhileCount = 0
    /// The bytes of their sets, encoded.
    package private(set) var keepWhileByteCount = 0

    /// An empty store.
    package init(history: SessionID) {
        self.history = history
        treeHash = StateHash.ofEmptyTree
    }

    /// A store that a snapshot holds.
    init(
        history: SessionID, revision: Revision, time: UInt64, tree: Tree, sessions: SessionTable,
        catalogue: StoreCatalogue, leases: LeaseTable,
        treeHash: UInt128, keepWhileSets: [(TreePath, KeepWhileSet)], keepWhileCount: Int,
        keepWhileByteCount: Int
    ) {
        self.history = history
        self.revision = revision
        self.time = time
        self.sessions = sessions
        self.catalogue = catalogue
        self.keepWhileCount = keepWhileCount
        self.keepWhileByteCount = keepWhileByteCount
        self.treeHash = treeHash
        editor.tree = tree
        editor.keepWhile.leases = leases
        for (path, set) in keepWhileSets { editor.keepWhile.add(set, of: path, in: tree) }
        editor.keepWhile.commit()
    }

    /// Begins another history, whose revisions follow the given one.
    ///
    /// What is there keeps the revisions at which it was changed.
    package mutating func begin(_ history: SessionID, after revision: Revision) {
        precondition(revision > self.revision, "no revision of a history is given twice")
        self.history = history
        self.revision = revision
    }

    /// The tree; may be taken out and put back between commands.
    package var tree: Tree {
        get { editor.tree }
        _modify { yield &editor.tree }
    }

    /// A sum over the whole state, modulo 2^128; equal on all members at a revision.
    package var stateHash: UInt128 { treeHash &+ sessions.hash &+ catalogue.hash &+ leases.hash }

    /// The leases that have not ended.
    package var leases: LeaseTable { editor.keepWhile.leases }

    /// The sessions that are not expired.
    package var sessionCount: Int { sessions.count }

    /// About the bytes that the sessions take in memory.
    package var sessionByteCount: Int { sessions.byteCount }
}

extension TreeMachine {
    /// Applies what an entry held.
    ///
    /// - Parameters:
    ///   - visitLimit: How many nodes it may look at, nil for any number.
    ///   - wantsNodes: Whether the result lists nodes; without, lists are empty.
    package mutating func apply(
        _ command: DecodedCommand, in context: ApplyContext, visitLimit: Int? = nil,
        wantsNodes: Bool = true
    ) -> ApplyOutcome {
        guard context.machineVersion <= Self.version else {
            return .needsNewerVersion(
                "expected machine version \(Self.version) at most, found \(context.machineVersion)")
        }
        switch command {
        case .command(let command):
            return apply(command, in: context, visitLimit: visitLimit, wantsNodes: wantsNodes)
        case .catalogue(let command): return apply(command, in: context)
        case .lease(let command): return apply(command, in: context, visitLimit: visitLimit)
        case .report:
            advance(to: context)
            return .applied(Applied(result: .ok, changes: ChangeSet()))
        case .needsNewerVersion(let message):
            return .needsNewerVersion(message)
        case .malformed(let refusal):
            advance(to: context)
            return .applied(Applied(result: .error(refusal), changes: ChangeSet()))
        }
    }

    /// Applies a command.
    ///
    /// - Parameters:
    ///   - visitLimit: How many nodes it may look at, nil for any number.
    ///   - wantsNodes: Whether the result lists nodes; without, lists are empty.
    package mutating func apply(
        _ command: TreeCommand, in context: ApplyContext, visitLimit: Int? = nil,
        wantsNodes: Bool = true
    ) -> ApplyOutcome {
        precondition(context.revision > revision, "commands are applied in the order of the log")
        if let session = command.session {
            if let known = sessions.outcome(of: session) {
                advance(to: context)
                return .applied(known)
            }
        }
        editor.begin(at: context.revision, visitLimit: visitLimit, wantsNodes: wantsNodes)
        let applied: Applied
        do {
            try editor.expect(command.basis, in: context)
            let result = try editor.perform(command: command.operation)
            let changes = editor.commit()
            account(changes)
            let modified = modifiedRevision(of: command.operation, changes)
            applied = Applied(result: result, modifiedRevision: modified, changes: changes)
        } catch {
            editor.rollBack()
            guard let result = error.result else { return .visitLimitExceeded }
            applied = Applied(result: result, changes: ChangeSet())
        }
        advance(to: context)
        if let session = command.session {
            sessions.record(applied.result, at: context, of: session)
        }
        return .applied(applied)
    }

    mutating func advance(to context: ApplyContext) {
        revision = context.revision
        let previous = time
        time = max(time, context.time)
        sessions.expire(from: previous, to: time)
    }

    /// Takes what a command changed into the sums over all nodes.
    mutating func account(_ changes: ChangeSet) {
        for change in changes.changes {
            treeHash &+= StateHash.difference(by: change)
            keepWhileCount += change.new?.keepWhile == nil ? 0 : 1
            keepWhileCount -= change.old?.keepWhile == nil ? 0 : 1
            keepWhileByteCount += change.new?.keepWhile?.byteCount ?? 0
            keepWhileByteCount -= change.old?.keepWhile?.byteCount ?? 0
        }
    }

    /// The last change of payload of the node that a write of one node was for.
    private func modifiedRevision(
        of operation: TreeOperation, _ changes: ChangeSet
    ) -> Revision? {
        switch operation.kind {
        case .put, .create, .update, .compareAndSwap, .clearPayload:
            if changes.changes.count == 1, let new = changes.changes[0].new,
                changes.changes[0].isPayloadChanged
            {
                return Revision(new.modifiedRevision)
            }
            let names = operation.path.components.compactMap(\.denotedName)
            guard names.count == operation.path.components.count else { return nil }
            return editor.tree.withNode(at: names) { $0.map { Revision($0.modifiedRevision) } }
        default: return nil
        }
    }
}

extension TreeMachine {
    /// Checks that everything derived is what it would be if it were computed anew.
    package func checkInvariants() {
        editor.tree.checkInvariants()
        var hash = editor.tree.root.stateHash(at: .root)
        var (count, byteCount) = (0, 0)
        var index = KeepWhileIndex()
        editor.tree.forEachMatch(of: TreePattern(components: [.anyPath])) { path, node in
            hash &+= node.stateHash(at: path)
            if let set = node.keepWhileSet {
                count += 1
                byteCount += set.byteCount
                index.add(set, of: path, in: editor.tree)
            }
            return true
        }
        hash &+= SessionTable(sessions.sorted).hash
        hash &+= StoreCatalogue(sorted: catalogue.entries, deleted: catalogue.deleted).hash
        hash &+= LeaseTable(leases.sorted).hash
        precondition(hash == stateHash, "the state hash is not the sum over the state")
        precondition(count == keepWhileCount, "the number of keep-while sets is wrong")
        precondition(
            byteCount == keepWhileByteCount, "the size of the keep-while sets is wrong")
        precondition(
            sessions.byteCount == SessionTable(sessions.sorted).byteCount,
            "the size of the sessions is wrong")
        precondition(editor.keepWhile.describesSame(as: index), "the keep-while index is wrong")
        precondition(editor.keepWhile.hasLivingLeasesOnly, "a node has outlived its lease")
    }
}
