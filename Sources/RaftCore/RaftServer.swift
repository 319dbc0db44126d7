/// One member of a group: the whole of Raft's rules, as a value without clock, disk or network.
///
/// Events go in by ``step(_:now:into:)``, effects come out; the same server, event and instant always
/// give the same result. The server knows the index and term of every entry but never its bytes, so it
/// is small, and can be copied, compared and explored by tests.
///
/// Events of the network and the disk never trap, whatever they say. A broken *local* rule, such as
/// a completion for a write that was never issued, is a precondition, kept in release builds.
public struct RaftServer: Hashable, Sendable {
    /// Who this member is.
    public let id: MemberID
    /// Times and limits.
    public let options: RaftOptions
    /// Term and vote, written or about to be.
    public internal(set) var hardState: HardState
    /// The member that leads in this term, if that is known.
    public internal(set) var leader: MemberID?
    /// The last entry known to be committed (Raft figure 2).
    public internal(set) var commitIndex: LogIndex
    /// The last entry the state machine reported as applied (Raft figure 2).
    public internal(set) var appliedIndex: LogIndex
    /// Whether the disk failed, after which the server is silent for ever.
    public internal(set) var hasFailed = false
    /// Whether the log has space for new entries.
    public internal(set) var space = StorageSpace.available

    /// Not nil while the server asks for votes.
    var candidacy: Candidacy?
    /// Not nil while the server leads.
    var leadership: Leadership?
    var following: Following
    var log: LogTail
    var sizes: EntrySizes
    var writes: WriteLedger
    var configurations: ConfigurationHistory
    var uncommitted = UncommittedEntries()
    /// The last entry handed to the state machine.
    var dispatchedIndex: LogIndex
    var snapshots: SnapshotRecord
    /// A snapshot that another member sends.
    var incoming: IncomingSnapshot?
    var electionDeadline: Instant?
    /// Whether the last news was that the group has a quorum.
    var hasQuorum = true
    var random: SplitMix64
    /// The last number of a read that was passed on to a leader.
    var lastForwarded: ForwardedRead

    /// Starts a server as a follower.
    ///
    /// The seed differs between members and between starts of one; it is used for the jitter of election
    /// timeouts, and so that reads of different starts are not mixed up.
    public init(
        id: MemberID, options: RaftOptions = RaftOptions(),
        recovered: RecoveredState = RecoveredState(), seed: UInt64, now: Instant
    ) {
        self.id = id
        self.options = options
        hardState = recovered.hardState
        log = recovered.log
        sizes = recovered.sizes
        writes = WriteLedger(persistedIndex: recovered.log.lastIndex)
        configurations = recovered.configurations
        commitIndex = recovered.snapshot.index
        appliedIndex = recovered.snapshot.index
        dispatchedIndex = recovered.snapshot.index
        snapshots = SnapshotRecord(newest: recovered.snapshot)
        following = Following(validatedIndex: recovered.snapshot.index, now: now)
        random = SplitMix64(seed: seed)
        var numbers = SplitMix64(seed: ~seed)
        lastForwarded = ForwardedRead(numbers.next())
        armElectionTimer(now: now)
    }

    /// Takes in one event and adds what is to be done to a buffer.
    ///
    /// - Complexity: O(1) amortised, except in groups with many voters and after rare changes.
    public mutating func step(
        _ event: RaftEvent, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        #if KHEPRI_MUTANTS
        stepWithBug(event, now: now, into: &effects)
        #else
        stepCorrectly(event, now: now, into: &effects)
        #endif
    }

    mutating func stepCorrectly(
        _ event: RaftEvent, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard !hasFailed else { return refuse(event, into: &effects) }
        switch event {
        case .bootstrap(let configuration):
            bootstrap(configuration, now: now, into: &effects)
        case .recoverAsSoleVoter: recoverAsSoleVoter(now: now, into: &effects)
        case .campaign: campaign(now: now, into: &effects)
        case .tick: tick(now: now, into: &effects)
        case .receive(let message, let sender):
            receive(message, from: sender, now: now, into: &effects)
        case .propose(let proposal): propose(proposal, now: now, into: &effects)
        case .changeMembership(let change, let token, let expected):
            changeMembership(change, token, expecting: expected, now: now, into: &effects)
        case .transferLeadership(let target):
            transferLeadership(to: target, now: now, into: &effects)
        case .read(let read): self.read(read, byLease: false, now: now, into: &effects)
        case .leaseRead(let read): self.read(read, byLease: true, now: now, into: &effects)
        case .storageSpace(let space): self.space = space
        case .applied(let index): applied(index)
        case .persisted, .persistFailed, .snapshotTaken, .snapshotStored, .snapshotInstalled,
            .snapshotRefused, .snapshotUnavailable:
            stepStorage(event, now: now, into: &effects)
        }
        alignElectionTimer(now: now)
    }

    private mutating func stepStorage(
        _ event: RaftEvent, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        switch event {
        case .persisted(let sequence): persisted(sequence, now: now, into: &effects)
        case .persistFailed: fail(now: now, into: &effects)
        case .snapshotTaken(let position): snapshotTaken(position, into: &effects)
        case .snapshotStored(let position, let end):
            snapshotStored(position, end: end, into: &effects)
        case .snapshotInstalled(let position): snapshotInstalled(position, into: &effects)
        case .snapshotRefused(let position): snapshotRefused(position, into: &effects)
        case .snapshotUnavailable(let position, let member):
            snapshotUnavailable(position, to: member, into: &effects)
        default: preconditionFailure("\(event) is no event of the storage")
        }
    }
}

extension RaftServer {
    /// The current term.
    public var term: Term { hardState.term }

    /// What the server is in its term.
    public var role: RaftRole {
        leadership != nil ? .leader : candidacy != nil ? .candidate : .follower
    }

    /// When the next ``RaftEvent/tick`` is due; nil if nothing will happen by time alone.
    public var nextDeadline: Instant? {
        let others = [leadership?.heartbeat, following.reads.first?.deadline, quorumDeadline]
        return others.reduce(electionDeadline) { earliest, other in
            guard let earliest, let other else { return earliest ?? other }
            return min(earliest, other)
        }
    }

    /// The configuration in force, committed or not.
    public var configuration: Configuration { configurations.current }

    /// The last entry of the log, durable or not.
    public var lastPosition: LogPosition { log.lastPosition }

    /// The last entry that is durable here.
    public var persistedIndex: LogIndex { writes.persistedIndex }

    /// The newest snapshot that is recorded in the log, or was restored; zero if there is none.
    public var snapshotPosition: LogPosition { snapshots.newest }

    /// Whether a snapshot may be begun: the last one is recorded, and none of another member is about to
    /// replace the state machine.
    public var mayTakeSnapshot: Bool {
        snapshots.pending == nil && incoming?.isRecording != true
            && appliedIndex >= snapshots.newest.index
    }

    /// The configuration to put into a snapshot of the state after an entry.
    ///
    /// - Precondition: The entry is applied, and ``mayTakeSnapshot``.
    public func configuration(at index: LogIndex) -> Configuration {
        configurations.configuration(at: index)
    }

    /// Whether the server leads and the state machine has applied an entry of the server's own term,
    /// so that it holds everything committed before.
    public var isReady: Bool {
        guard let leadership else { return false }
        return appliedIndex >= leadership.firstIndex
    }

    /// The term of an entry; nil where the log has none or forgot it.
    public func term(at index: LogIndex) -> Term? { log.term(at: index) }
}
