extension RaftServer {
    /// Keeps one account for each other member: of the configuration in force and, until that is
    /// committed, of the one before, so that a member that leaves can learn it.
    ///
    /// A new account begins with the last entry, the one that made it necessary.
    mutating func alignPeers(now: Instant) {
        guard let leadership else { return }
        let others = Set(configuration.allMembers + leavingMembers).subtracting([id]).sorted()
        self.leadership?.peers = others.map { member in
            leadership.place(of: member).map { leadership.peers[$0] }
                ?? MemberProgress(member: member, next: log.lastIndex)
        }
        let next = leadership.heartbeat ?? now.advanced(by: options.heartbeatInterval)
        self.leadership?.heartbeat = others.isEmpty ? nil : next
    }

    /// The members of the configuration before the one in force, until that is committed.
    ///
    /// Those that an operator declared lost are none of them.
    private var leavingMembers: [MemberID] {
        let elements = configurations.elements
        guard configurations.currentIndex > commitIndex, elements.count > 1 else { return [] }
        let before = elements[elements.count - 2].configuration
        let isChange = before.voters == configuration.voters || configuration.isJoint
        return isChange ? before.allMembers : []
    }

    mutating func replicateAll(now: Instant, into effects: inout RaftEffectBuffer) {
        for place in 0..<(leadership?.peers.count ?? 0) {
            replicate(to: place, now: now, into: &effects)
        }
    }

    /// Sends a member what it has yet to get, as far as its window allows (thesis §10.2.1).
    mutating func replicate(
        to place: Int, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        while let peer = leadership?.peers[place], peer.maySend(options),
            peer.next <= log.lastIndex
        {
            guard let previous = position(before: peer.next) else {
                return sendSnapshot(to: place, now: now, into: &effects)
            }
            let last = sizes.lastIndex(
                from: peer.next, through: log.lastIndex,
                countMaximum: options.appendEntriesMaximum, byteMaximum: options.appendBytesMaximum)
            let request = appendRequest(after: previous, through: last)
            leadership?.peers[place].sent(through: last, byteCount: request.byteCount)
            leadership?.peers[place].tell(commit: min(commitIndex, last))
            send(.append(request), to: peer.member, into: &effects)
        }
    }

    /// Tells every member that is level what is committed by now.
    mutating func tellCommit(into effects: inout RaftEffectBuffer) {
        for place in 0..<(leadership?.peers.count ?? 0) {
            tellCommit(to: place, into: &effects)
        }
    }

    /// Tells one member what is committed of what it was sent.
    mutating func tellCommit(to place: Int, into effects: inout RaftEffectBuffer) {
        guard let peer = leadership?.peers[place], peer.isReplicating else { return }
        let sent = peer.next.predecessor
        guard min(commitIndex, sent) > peer.toldCommit else { return }
        sendHeartbeat(to: place, after: position(before: peer.next), into: &effects)
    }

    /// Sends a message without entries at the end of what the member was sent: if anything before it
    /// was lost, the member refuses it, and the leader starts over from there.
    mutating func sendHeartbeat(
        to place: Int, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard let peer = leadership?.peers[place] else { return }
        if peer.transfer != nil {
            let matched = position(before: peer.matched.successor) ?? .zero
            sendHeartbeat(to: place, after: matched, into: &effects)
        } else if let previous = position(before: peer.next) {
            sendHeartbeat(to: place, after: previous, into: &effects)
        } else {
            sendSnapshot(to: place, now: now, into: &effects)
        }
    }

    private mutating func sendHeartbeat(
        to place: Int, after previous: LogPosition?, into effects: inout RaftEffectBuffer
    ) {
        guard let previous, let member = leadership?.peers[place].member else { return }
        let told = min(commitIndex, previous.index)
        leadership?.peers[place].tell(commit: told)
        let request = appendRequest(after: previous, through: previous.index)
        send(.append(request), to: member, into: &effects)
    }

    /// Takes in how far a member's log agrees (Raft §5.3).
    mutating func receive(
        _ reply: AppendReply, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard let leadership, let place = leadership.place(of: sender) else { return }
        guard reply.round <= leadership.rounds.last else {
            return effects.append(.anomaly(.confirmsUnknown, from: sender))
        }
        switch reply.outcome {
        case .accepted(let durable, let validated):
            guard validated <= log.lastIndex else {
                return effects.append(.anomaly(.confirmsUnknown, from: sender))
            }
            accept(durable: durable, validated: validated, of: place, into: &effects)
        case .rejected(let previous, let hint):
            let agreed = log.lastShared(with: hint).index
            self.leadership?.peers[place].rejected(previous: previous, agreed: agreed)
        }
        self.leadership?.peers[place].echo(reply.round)
        confirmRounds(into: &effects)
        advanceCommit(now: now, into: &effects)
        serve(sender, now: now, into: &effects)
    }

    private mutating func accept(
        durable: LogIndex, validated: LogIndex, of place: Int, into effects: inout RaftEffectBuffer
    ) {
        let hadTransfer = leadership?.peers[place].transfer != nil
        leadership?.peers[place].accepted(durable: durable, validated: validated)
        if hadTransfer, leadership?.peers[place].transfer == nil { compactLog(into: &effects) }
    }

    /// Goes on with a member that has answered; the answer may have ended the leadership.
    private mutating func serve(
        _ member: MemberID, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard let place = leadership?.place(of: member) else { return }
        replicate(to: place, now: now, into: &effects)
        tellCommit(to: place, into: &effects)
        promote(from: place, now: now, into: &effects)
        if leadership?.handover.attempt?.target == member { continueHandover(into: &effects) }
    }

    /// The position before an index; nil where the log has forgotten it.
    func position(before index: LogIndex) -> LogPosition? {
        let previous = index.predecessor
        return log.term(at: previous).map { LogPosition(index: previous, term: $0) }
    }

    private func appendRequest(
        after previous: LogPosition, through last: LogIndex
    ) -> AppendRequest {
        let round = leadership?.rounds.last ?? .zero
        guard last > previous.index else {
            return AppendRequest(previous: previous, commit: commitIndex, round: round)
        }
        let indexes = previous.index.successor...last
        let special = configurations.elements.filter { indexes.contains($0.index) }
        return AppendRequest(
            previous: previous, runs: log.terms(of: indexes),
            configurations: special.map {
                AppendRequest.ConfigurationEntry(
                    index: $0.index, configuration: $0.configuration)
            },
            byteCount: sizes.byteCount(of: indexes), commit: commitIndex, round: round)
    }
}
