#if KHEPRI_MUTANTS
// The correct server with something done to it before and after: the bugs are all here, and the code
// that is shipped holds none.
extension RaftServer {
    /// The number of the last write, durable or not.
    package var lastWrite: WriteSequence { writes.lastSequence }

    mutating func stepWithBug(
        _ event: RaftEvent, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard let mutant = options.mutant, !hasFailed else {
            return stepCorrectly(event, now: now, into: &effects)
        }
        let before = self
        guard let event = spoil(event, as: mutant, now: now, into: &effects) else { return }
        stepCorrectly(event, now: now, into: &effects)
        guard !hasFailed else { return }
        spoilVotes(event, as: mutant, now: now, into: &effects)
        spoilLog(event, from: before, as: mutant, now: now, into: &effects)
        spoilRest(event, from: before, as: mutant, now: now, into: &effects)
    }

    /// What is done before a step; nil if the event is swallowed.
    private mutating func spoil(
        _ event: RaftEvent, as mutant: Mutant, now: Instant,
        into effects: inout RaftEffectBuffer
    ) -> RaftEvent? {
        switch (mutant, event) {
        case (.isDisloyal, .receive):
            following.leaderContact = .zero
            return event
        case (.neverRepairs, .receive(let message, _)):
            guard case .appendReply(let reply) = message.content else { return event }
            if case .rejected = reply.outcome, leadership != nil { return nil }
            return event
        case (.votesTwice, .receive(let message, _)):
            if case .voteRequest = message.content, message.term == term, role == .follower {
                hardState.vote = nil
            }
            return event
        case (.comparesIndexes, .receive(let message, let sender)):
            return .receive(flattered(message), from: sender)
        case (.leasesForever, .leaseRead):
            leadership?.rounds.pretendContact(now: now)
            return event
        case (.readsLocally, .read(let read)) where leadership == nil && leader != nil:
            effects.append(.readReady(read, at: commitIndex))
            return nil
        case (.readsEarly, .read(let read)) where leadership != nil && !isEstablished:
            effects.append(.readReady(read, at: commitIndex))
            return nil
        case (.changesAtOnce, .changeMembership(.removeAll(let members), _, _)):
            return removeAtOnce(members, now: now, into: &effects) ? nil : event
        default: return event
        }
    }

    /// A request for votes as it would look if only the length of logs mattered.
    private func flattered(_ message: RaftMessage) -> RaftMessage {
        func flattered(_ request: VoteRequest) -> VoteRequest {
            guard request.last.index >= log.lastIndex, message.term > .zero else { return request }
            let term = Term(max(message.term.rawValue - 1, request.last.term.rawValue))
            return VoteRequest(
                last: LogPosition(index: request.last.index, term: term),
                isTransfer: request.isTransfer)
        }
        switch message.content {
        case .voteRequest(let request):
            return RaftMessage(term: message.term, content: .voteRequest(flattered(request)))
        case .preVoteRequest(let request):
            let claim = VoteRequest(
                last: LogPosition(index: request.last.index, term: message.term))
            guard request.last.index >= log.lastIndex, message.term > .zero else { return message }
            return RaftMessage(term: message.term, content: .preVoteRequest(claim))
        default: return message
        }
    }

    private mutating func removeAtOnce(
        _ members: [MemberID], now: Instant, into effects: inout RaftEffectBuffer
    ) -> Bool {
        let voters = configuration.voters.filter { !members.contains($0) }
        guard leadership != nil, !voters.isEmpty, !configuration.isJoint else { return false }
        append(count: 1, from: .configuration(Configuration(voters: voters)), into: &effects)
        alignPeers(now: now)
        replicateAll(now: now, into: &effects)
        return true
    }

    private mutating func spoilVotes(
        _ event: RaftEvent, as mutant: Mutant, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        switch mutant {
        case .promisesVote:
            guard let vote = following.vote else { return }
            following.vote = nil
            send(.voteReply(isGranted: true), to: vote.candidate, into: &effects)
        case .countsOwnVoteEarly:
            guard let candidacy, !candidacy.hasAsked else { return }
            self.candidacy?.hasAsked = true
            let request = VoteRequest(last: log.lastPosition)
            for voter in configuration.allVoters where voter != id {
                send(.voteRequest(request), to: voter, into: &effects)
            }
            count(voteOf: id, now: now, into: &effects)
        case .countsMessages:
            guard case .receive(let message, _) = event, message.term == term else { return }
            guard case .voteReply(isGranted: true) = message.content else { return }
            let missing = configuration.allVoters.first {
                candidacy?.votes.contains($0) == false
            }
            if let missing { count(voteOf: missing, now: now, into: &effects) }
        default: break
        }
    }

    private mutating func spoilLog(
        _ event: RaftEvent, from before: RaftServer, as mutant: Mutant, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        switch mutant {
        case .commitsOldTerms:
            commit(agreed(own: writes.persistedIndex, by: configuration), into: &effects)
        case .countsOwnEntriesEarly:
            let agreed = agreed(own: log.lastIndex, by: configuration)
            if agreed >= leadership?.firstIndex ?? agreed { commit(agreed, into: &effects) }
        case .forgetsOutgoing:
            let half = configuration.leavingJoint
            let agreed = agreed(own: writes.persistedIndex, by: half)
            if agreed >= leadership?.firstIndex ?? agreed { commit(agreed, into: &effects) }
        case .countsLearners:
            let everybody = Configuration(voters: Array(configuration.allMembers.prefix(9)))
            let agreed = agreed(own: writes.persistedIndex, by: everybody)
            if agreed >= leadership?.firstIndex ?? agreed { commit(agreed, into: &effects) }
        case .countsItself:
            guard !configuration.isVoter(id) || configuration.isJoint else { return }
            let withItself = Configuration(
                voters: configuration.voters + (configuration.voters.contains(id) ? [] : [id]))
            let agreed = agreed(own: writes.persistedIndex, by: withItself)
            if agreed >= leadership?.firstIndex ?? agreed { commit(agreed, into: &effects) }
        case .appliesUnsynced:
            guard incoming?.isRecording != true, commitIndex > dispatchedIndex else { return }
            effects.append(.apply(dispatchedIndex.successor...commitIndex))
            dispatchedIndex = commitIndex
        case .confirmsUnsynced:
            guard role == .follower, let leader, following.validatedIndex > .zero else { return }
            guard following.validatedIndex > before.following.validatedIndex else { return }
            let outcome = AppendReply.Outcome.accepted(
                durable: following.validatedIndex, validated: following.validatedIndex)
            send(
                .appendReply(AppendReply(round: following.round, outcome: outcome)),
                to: leader, into: &effects)
        case .confirmsUnvalidated:
            guard role == .follower else { return }
            following.validate(through: writes.persistedIndex)
            acknowledge(into: &effects)
        case .commitsUnseen, .truncatesAlways:
            guard case .receive(let message, let sender) = event, sender == leader else { return }
            guard case .append(let request) = message.content, message.term == term,
                following.validatedIndex >= request.lastIndex
            else { return }
            if mutant == .commitsUnseen {
                learnCommit(min(request.commit, log.lastIndex), into: &effects)
            } else if log.lastIndex > max(request.lastIndex, commitIndex) {
                let end = max(request.lastIndex, commitIndex)
                truncate(from: end.successor, into: &effects)
            }
        case .keepsPromises:
            if case .receive = event { writes.restorePromises(of: before.writes) }
        case .keepsConfiguration:
            if log.lastIndex < before.log.lastIndex { configurations = before.configurations }
        default: break
        }
    }

    private mutating func spoilRest(
        _ event: RaftEvent, from before: RaftServer, as mutant: Mutant, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        switch mutant {
        case .readsByOldRounds:
            guard case .receive(let message, _) = event, message.term == term else { return }
            guard case .appendReply = message.content, leadership != nil else { return }
            let last = leadership?.rounds.last ?? .zero
            leadership?.rounds.confirm(last)
            serveReads(into: &effects)
        case .ignoresOutdated:
            let others = effects.filter { effect in
                guard case .send(let message, _) = effect else { return true }
                return message.content != .outdated
            }
            effects.removeAll()
            for effect in others { effects.append(effect) }
        case .adoptsUnrecorded:
            guard incoming?.isRecording == true, let position = incoming?.position,
                let leader
            else { return }
            let outcome = AppendReply.Outcome.accepted(
                durable: position.index, validated: position.index)
            send(
                .appendReply(AppendReply(round: following.round, outcome: outcome)),
                to: leader, into: &effects)
        case .staysWithoutQuorum:
            guard before.role == .leader, role == .follower, term == before.term else { return }
            guard case .tick = event else { return }
            self = before
            leadership?.heartbeat = now.advanced(by: options.heartbeatInterval)
            effects.removeAll()
            beginRound(now: now, into: &effects)
        default: break
        }
    }

    private func agreed(own: LogIndex, by configuration: Configuration) -> LogIndex {
        guard let leadership else { return .zero }
        return configuration.quorumValue { member in
            if member == id { return own }
            return leadership.place(of: member).map { leadership.peers[$0].matched } ?? .zero
        } ?? .zero
    }

    private mutating func commit(_ index: LogIndex, into effects: inout RaftEffectBuffer) {
        guard leadership != nil, index > commitIndex else { return }
        commitIndex = index
        dispatch(into: &effects)
        tellCommit(into: &effects)
    }
}
#endif
