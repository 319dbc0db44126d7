import KhepriTree
import RaftCore
import RaftRuntime

/// The state machine of a store: applies commands and shows readers the tree.
///
/// Sendable: `machine` is touched on the driver's thread only, or by who opens the store.
final class StoreMachine: StateMachine, @unchecked Sendable {
    /// How many nodes a command may look at while readers wait.
    static let visitsInPlaceMaximum = 64

    /// Told of a catalogue, the last entry it includes, and whether it came in a snapshot.
    typealias CatalogueObserver = @Sendable (StoreCatalogue, LogIndex, Bool) -> Void

    let published: PublishedTree
    /// Who wants to know of changes.
    let watches = WatchHub()
    /// The tables that are kept of it.
    let projections = ProjectionHub()
    /// The leases that are held here.
    let heldLeases = HeldLeases()
    /// When leases end, while this member leads.
    var leaderLeases = LeaderLeases()
    /// Whether the other members have the same state.
    let auditor: StateAuditor
    private var machine: TreeMachine
    private var recorder = ChangeRecorder()
    /// The state with all commands in the log; there while transactions are run on it.
    private var speculation: SpeculativeState?
    private let shared = Lock(StoreCounts())
    /// Told of the catalogue of stores after each batch, on the driver's thread or the opener's.
    private let catalogueApplied: CatalogueObserver
    private var appliedCommandCount: UInt64 = 0
    /// Stands for the published tree while the real one changes.
    private let placeholder = Tree()

    init(
        history: GroupID, member: MemberID, _ reclamation: TreeReclamation,
        catalogueApplied: @escaping CatalogueObserver = { _, _, _ in }
    ) {
        self.catalogueApplied = catalogueApplied
        auditor = StateAuditor(member)
        machine = TreeMachine(history: SessionID(history))
        published = PublishedTree(
            tree: machine.tree, revision: machine.revision, reclamation)
        publish()
    }

    deinit {
        // What is left of the tree then is released as what readers saw.
        machine.tree = placeholder
    }

    /// The leases that have not ended.
    var leases: LeaseTable { machine.leases }
    /// The revision of the last command.
    var revision: Revision { machine.revision }

    var machineVersion: UInt32 { TreeMachine.version }

    /// Sizes of the state, as of the last batch.
    var counts: StoreCounts { shared.withLock { $0 } }

    /// The catalogue of stores, as of the last batch.
    var catalogue: StoreCatalogue { shared.withLock { $0.catalogue } }

    /// Checks that everything derived is what it would be if it were computed anew.
    func checkInvariants() {
        machine.checkInvariants()
    }

    func willApplyBatch() {}

    func apply(
        _ commands: ArraySlice<LogEntry>, areLocal: Bool, into outputs: inout [CommandOutcome]
    ) throws(ApplicationHalt) {
        for entry in commands {
            outputs.append(try apply(entry, areLocal: areLocal))
            appliedCommandCount += 1
        }
    }

    func speculate(_ entries: ArraySlice<LogEntry>, in term: Term) {
        if speculation?.continues(machine, in: term) != true {
            endSpeculation()
            speculation = SpeculativeState(machine, in: term)
        }
        speculation?.advance(by: entries)
    }

    /// The bytes of a transaction's command: it runs on the state after everything in the log.
    func command(
        of transaction: any LateTransaction, at place: EntryPlace, in session: TreeCommand.Session?
    ) -> [UInt8] {
        guard let tree = speculation?.tree else {
            preconditionFailure("the state is brought up to the place of a command first")
        }
        return transaction.command(at: place, on: tree, in: session)
    }

    private func endSpeculation() {
        speculation?.end(published.reclamation)
        speculation = nil
    }

    func didApplyBatch(through index: LogIndex) {
        if let speculation, !speculation.isAhead(of: machine) { endSpeculation() }
        note()
        projections.publish(
            recorder.take(), through: machine.revision, of: machine.tree, to: watches)
        catalogueApplied(machine.catalogue, index, false)
        auditor.send()
    }

    func capture() -> any SnapshotSource {
        StateSource(machine.makeSnapshot())
    }

    /// The state as it is, for a backup.
    func captureForBackup() -> (StateSnapshot, TreeView) {
        (machine.makeSnapshot(), published.view)
    }

    /// The state as the beginning of another history; the machine has stopped.
    ///
    /// - Parameters:
    ///   - groups: What the groups of the stores in the catalogue are from then on.
    ///   - founding: Their first members.
    func capture(
        beginning history: GroupID, after revision: Revision,
        renaming groups: [GroupID: GroupID], founding: [UInt8]
    ) -> any SnapshotSource {
        var renewed = machine
        renewed.begin(SessionID(history), after: revision)
        renewed.catalogue.renew(founding: founding) { entry in
            guard let group = groups[GroupID(entry.id)] else {
                preconditionFailure("each group that begins anew has an identifier")
            }
            return SessionID(group)
        }
        return StateSource(renewed.makeSnapshot())
    }

    func load(from reader: any SnapshotReader) throws -> LoadedState {
        // What reading the log took would be lost to this thread, whose memory is another part of the heap.
        if reader.byteCount >= FreedMemory.byteCountMinimum { FreedMemory.giveBack() }
        var loader = StateLoader()
        while let bytes = try reader.next() { try loader.consume(bytes) }
        let restored = try loader.finish()
        let last = reader.metadata.position.index
        guard restored.revision.rawValue <= last.rawValue else {
            throw LogDeviceError(
                .corrupt,
                "expected a state at entry \(last.rawValue) at most, found revision "
                    + "\(restored.revision.rawValue)")
        }
        return LoadedState(machine: restored, rows: projections.prepare(restored.tree))
    }

    func replace(by loaded: LoadedState) {
        endSpeculation()
        // The former tree is in the published one, which gives it to whoever releases trees.
        machine = loaded.machine
        auditor.reset()
        publish()
        projections.reset(loaded.rows, to: machine.tree, at: machine.revision, watches)
        catalogueApplied(machine.catalogue, LogIndex(machine.revision.rawValue), true)
    }

    func encode(_ output: CommandOutcome) -> [UInt8] { output.encoded() }

    func output(decoding bytes: [UInt8]) throws -> CommandOutcome {
        try CommandOutcome(encoded: bytes)
    }

    /// Applies one command, and sees to it that all members come out the same.
    private func apply(
        _ entry: LogEntry, areLocal: Bool
    ) throws(ApplicationHalt) -> CommandOutcome {
        let context = ApplyContext(entry)
        let command = DecodedCommand(entry.payload)
        if case .report(let report) = command {
            if let reason = auditor.take(report) {
                throw ApplicationHalt(at: entry.index, .divergence, reason)
            }
            return try apply(command, context, at: entry.index, areLocal: areLocal)
        }
        let isCompared = StateAudit.compares(after: entry, earlier: machine.time)
        let outcome = try apply(command, context, at: entry.index, areLocal: areLocal)
        if isCompared { auditor.note(machine.stateHash, at: machine.revision) }
        return outcome
    }

    /// Applies a command in place while readers wait, or, if it is large, beside what they see.
    private func apply(
        _ command: DecodedCommand, _ context: ApplyContext, at index: LogIndex, areLocal: Bool
    ) throws(ApplicationHalt) -> CommandOutcome {
        let small = published.edit { state in
            // The machine's reference to the root must be the only one while the tree changes.
            state.tree = placeholder
            defer { state = PublishedTree.State(tree: machine.tree, revision: machine.revision) }
            return machine.apply(
                command, in: context, visitLimit: Self.visitsInPlaceMaximum, wantsNodes: areLocal)
        }
        if case .applied(let applied) = small { return outcome(applied, of: command, context) }
        if case .needsNewerVersion(let message) = small {
            throw ApplicationHalt(at: index, .newerVersion, message)
        }
        let large = machine.apply(command, in: context, wantsNodes: areLocal)
        published.replace(by: machine.tree, at: machine.revision)
        guard case .applied(let applied) = large else {
            preconditionFailure("a command without a limit of visits is applied")
        }
        return outcome(applied, of: command, context)
    }

    private func outcome(
        _ applied: Applied, of command: DecodedCommand, _ context: ApplyContext
    ) -> CommandOutcome {
        if case .lease(let command) = command { leaderLeases.note(command, machine.leases) }
        recorder.add(applied.changes, at: context.revision)
        return CommandOutcome(
            revision: applied.earlierRevision ?? context.revision,
            modifiedRevision: applied.modifiedRevision, result: applied.result,
            isRepetition: applied.earlierRevision != nil)
    }

    /// Shows a state that no batch brought.
    private func publish() {
        published.replace(by: machine.tree, at: machine.revision)
        note()
    }

    /// Keeps the sizes for whoever asks.
    private func note() {
        let counts = StoreCounts(machine, appliedCommandCount)
        shared.withLock { $0 = counts }
    }
}

extension SessionID {
    /// The same 128 bits.
    init(_ identifier: Identifier128) {
        self.init(high: identifier.high, low: identifier.low)
    }
}

extension Identifier128 {
    /// The same 128 bits.
    init(_ identifier: SessionID) {
        self.init(high: identifier.high, low: identifier.low)
    }
}

/// A state that was read from a snapshot, with what projections show of it.
struct LoadedState: Sendable {
    let machine: TreeMachine
    let rows: ProjectionHub.Prepared
}

/// Sizes of a store's state.
struct StoreCounts: Sendable {
    var revision = Revision.zero
    var stateHash: UInt128 = 0
    var appliedCommandCount: UInt64 = 0
    var nodeCount = 1
    var payloadBytes = 0
    var keepWhileCount = 0
    var keepWhileBytes = 0
    var sessionCount = 0
    var sessionBytes = 0
    /// Names the history that the revisions belong to.
    var history = SessionID(high: 0, low: 0)
    var catalogue = StoreCatalogue()
    /// The log time of the last command, in milliseconds.
    var time: UInt64 = 0

    init() {}

    init(_ machine: TreeMachine, _ appliedCommandCount: UInt64) {
        self.appliedCommandCount = appliedCommandCount
        history = machine.history
        time = machine.time
        catalogue = machine.catalogue
        revision = machine.revision
        stateHash = machine.stateHash
        nodeCount = machine.tree.nodeCount
        payloadBytes = machine.tree.payloadByteCount
        keepWhileCount = machine.keepWhileCount
        keepWhileBytes = machine.keepWhileByteCount
        sessionCount = machine.sessionCount
        sessionBytes = machine.sessionByteCount
    }
}

/// A captured state as the driver wants it.
final class StateSource: SnapshotSource {
    private let snapshot: StateSnapshot

    init(_ snapshot: StateSnapshot) {
        self.snapshot = snapshot
    }

    func next(byteLimit: Int) throws -> [UInt8]? {
        try snapshot.next(byteLimit: byteLimit)
    }
}
