import RaftCore

/// What the driver knows of one group; used by the draining thread only.
final class GroupState {
    let id: GroupID
    let machine: any AppliedMachine
    let handle: GroupHandle
    let observer: @Sendable (GroupEvent) -> Void
    var server: RaftServer
    var effects = RaftEffectBuffer()
    /// Why the group stopped for good on this member, if it did.
    var failure: RequestFailure?

    /// Commands that are not in the log yet, in order of arrival.
    var backlog: [CommandRequest] = []
    /// Questions to the leader that nobody has been asked, in order of arrival.
    var questions: [CommandRequest] = []
    /// Proposals that the core has yet to answer, in order.
    var staged: [StagedProposal] = []
    /// Entries that are not applied yet, in log order.
    var chunks: [EntryChunk] = []
    /// Entries up to here may be applied.
    var applyTarget: LogIndex
    /// The last entry of a recovered log, until it is applied.
    var replayEnd: LogIndex?

    /// The last entries, for members that lack them; empty while there is no other member.
    var recent: RecentEntries
    /// What the message being received brought.
    var arrived = PeerAttachment.none
    /// Commands that are with the leader.
    var forwarding: Forwarding
    /// A snapshot of another member that is about to replace the state.
    var installed: InstalledSnapshot?
    /// Changes of members, and of the leader, that somebody waits for.
    var changes: [ChangeWait] = []
    /// Changes that wait until the one under way is done.
    var postponedChanges: [ControlRequest] = []
    /// The commit index when they were tried last.
    var changesTriedAt = LogIndex.zero
    var transfers: [ControlRequest] = []
    /// The group whose members this one's follow, and how far that is.
    var following: FollowedMembers

    /// Reads that arrived since the core was last asked.
    var newReads: [Request] = []
    /// Reads of which the core has yet to say the index.
    var unconfirmedReads: [UnconfirmedReads] = []
    /// Reads and waits for an index to be applied.
    var appliedWaits: [AppliedWait] = []
    /// Who opened the group and waits until it can serve.
    var opener: Completion<Result<GroupHandle, any Error>>?

    /// The time of the last entry written, in milliseconds.
    var lastTime: UInt64
    /// The time of the last entry applied.
    var appliedTime: UInt64
    var snapshots: SnapshotProgress
    /// The configuration that others were told of last.
    private var announcedConfiguration = Configuration.empty
    private var lastNumber: UInt64 = 0

    init(_ loaded: LoadedGroup, handle: GroupHandle, options: HostOptions, now: Instant) {
        recent = RecentEntries(byteMaximum: options.recentBytesMaximum)
        forwarding = Forwarding(seed: loaded.seed)
        following = FollowedMembers(group: loaded.source.follows)
        self.handle = handle
        id = loaded.source.id
        machine = loaded.source.machine
        observer = loaded.source.observer
        server = RaftServer(
            id: loaded.source.member, options: loaded.options, recovered: loaded.state,
            seed: loaded.seed, now: now)
        chunks = loaded.chunks
        applyTarget = loaded.state.snapshot.index
        replayEnd = loaded.chunks.isEmpty ? nil : loaded.state.lastPosition.index
        appliedTime = loaded.snapshotTime
        lastTime = max(loaded.snapshotTime, loaded.chunks.last?.lastTime ?? 0)
        snapshots = SnapshotProgress(
            snapshotBytes: loaded.snapshotBytes, snapshotTime: loaded.snapshotTime, lastTime: now)
    }

    /// A number for a proposal or a read.
    func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// Whether each first member writes the entry by itself: then it is the same for all, and their
    /// clocks say nothing.
    func isFoundedByAll(with index: LogIndex) -> Bool {
        index == LogPosition.zero.index.successor && following.group != nil
    }

    func step(_ event: RaftEvent, now: Instant) {
        server.step(event, now: now, into: &effects)
    }
}

/// Commands that were proposed to the core together.
struct StagedProposal {
    let token: ProposalToken
    let commands: [CommandRequest]
}

/// Reads that share one question to the core.
struct UnconfirmedReads {
    let id: ReadID
    let reads: [Request]
}

/// A read that is answered when an index is applied.
struct AppliedWait {
    let index: LogIndex
    let read: Request
}

extension GroupState {
    /// Takes the oldest waiting commands.
    func takeBacklog(_ count: Int) -> [CommandRequest] {
        var taken: [CommandRequest] = []
        swap(&taken, &backlog)
        if count < taken.count {
            backlog = Array(taken[count...])
            taken.removeSubrange(count...)
        }
        return taken
    }

    /// Whether commands or questions wait.
    var hasBacklog: Bool { !backlog.isEmpty || !questions.isEmpty }

    /// Takes all questions that nobody has been asked.
    func takeQuestions() -> [CommandRequest] {
        defer { questions.removeAll() }
        return questions
    }

    /// Puts commands back among those that wait: all go on in the order in which they were made.
    ///
    /// - Complexity: About linear: what is put back is in order, and so is what waits.
    func putBack(_ commands: [CommandRequest]) {
        guard !commands.isEmpty else { return }
        questions += commands.filter(\.isQuestion)
        let commands = commands.filter { !$0.isQuestion }
        backlog = (commands + backlog).sorted { $0.ticket.rawValue < $1.ticket.rawValue }
    }

    /// Takes a proposal out that the core has answered.
    func takeStaged(_ token: ProposalToken) -> [CommandRequest] {
        guard let place = staged.firstIndex(where: { $0.token == token }) else {
            preconditionFailure("the core answered a proposal twice")
        }
        return staged.remove(at: place).commands
    }

    /// Whether there is no other member, to whom anything is sent or who waits for this one.
    var isAlone: Bool {
        server.configuration.isSoleVoter(server.id) && server.configuration.learners.isEmpty
    }

    /// Whether everything that may be applied is, or nothing is any more.
    var hasNothingToApply: Bool { failure != nil || server.appliedIndex >= applyTarget }

    /// Whether nobody is known to lead, so that nothing can be committed.
    var isLeaderless: Bool { server.role != .leader && server.leader == nil }

    /// Forgets entries at and after an index, and returns the commands that were in them.
    func truncate(from index: LogIndex) -> [CommandRequest] {
        recent.truncate(from: index)
        var commands: [CommandRequest] = []
        while let last = chunks.last, last.lastIndex >= index {
            let kept = last.firstIndex < index ? index.distance(from: last.firstIndex) : 0
            commands = last.requests.dropFirst(kept) + commands
            var rest = chunks.removeLast()
            if kept > 0 { chunks.append(rest.removeFirst(kept)) }
        }
        return commands
    }

    /// Every request that may be open.
    func forEachRequest(_ body: (Request) -> Void) {
        for command in backlog { body(command) }
        for question in questions { body(question) }
        for chunk in chunks {
            for command in chunk.requests { body(command) }
        }
        for read in newReads { body(read) }
        for question in unconfirmedReads {
            for read in question.reads { body(read) }
        }
        for wait in appliedWaits { body(wait.read) }
        for sent in forwarding.sent { body(sent.command) }
        for done in forwarding.committed { body(done.command) }
        for change in changes { body(change.request) }
        for transfer in transfers { body(transfer) }
        for change in postponedChanges { body(change) }
    }

    /// Forgets answered requests where nothing else would.
    func dropAnswered() {
        backlog.removeAll { !$0.isOpen }
        questions.removeAll { !$0.isOpen }
        newReads.removeAll { !$0.isOpen }
        appliedWaits.removeAll { !$0.read.isOpen }
        forwarding.dropAnswered()
        changes.removeAll { !$0.request.isOpen }
        transfers.removeAll { !$0.isOpen }
        postponedChanges.removeAll { !$0.isOpen }
    }

    /// Answers who opened the group that it cannot be had.
    func failOpener(_ failure: RequestFailure) {
        opener?.complete(.failure(failure))
        opener = nil
    }

    /// Shows the group's standing to other threads.
    func publish() {
        var status = GroupStatus()
        status.role = server.role
        status.term = server.term
        status.leader = server.leader
        status.lastPosition = server.lastPosition
        status.persistedIndex = server.persistedIndex
        status.commitIndex = server.commitIndex
        status.appliedIndex = server.appliedIndex
        status.snapshotPosition = server.snapshotPosition
        status.logBytesSinceSnapshot = snapshots.logBytes
        status.snapshotBytes = snapshots.snapshotBytes
        status.snapshotTime = snapshots.snapshotTime
        status.configuration = server.configuration
        handle.publish(status)
        guard status.configuration != announcedConfiguration else { return }
        announcedConfiguration = status.configuration
        observer(.configurationInForce(status.configuration))
    }
}
