extension RaftServer {
    /// Takes in a message; whatever it says, nothing here traps.
    ///
    /// The sender need not be a member that this one knows: its configuration may be newer.
    mutating func receive(
        _ message: RaftMessage, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard sender != id, message.isPlausible else {
            return effects.append(.anomaly(.implausible, from: sender))
        }
        guard agreeOnTerm(with: message, from: sender, now: now, into: &effects) else { return }
        switch message.content {
        case .preVoteRequest(let request):
            answerPreVote(request, term: message.term, from: sender, now: now, into: &effects)
        case .preVoteReply(let reply): receive(reply, from: sender, now: now, into: &effects)
        case .voteRequest(let request):
            grantVote(request, to: sender, now: now, into: &effects)
        case .voteReply(let isGranted):
            receiveVote(isGranted: isGranted, from: sender, now: now, into: &effects)
        case .append(let request): receive(request, from: sender, now: now, into: &effects)
        case .appendReply(let reply): receive(reply, from: sender, now: now, into: &effects)
        case .snapshot(let chunk): receive(chunk, from: sender, now: now, into: &effects)
        case .snapshotReply(let reply): receive(reply, from: sender, now: now, into: &effects)
        case .timeoutNow: timeoutNow(from: sender, now: now, into: &effects)
        case .readRequest(let number):
            receive(number, from: sender, now: now, into: &effects)
        case .readReply(let number, let index): finishRead(number, at: index, into: &effects)
        case .outdated: break
        }
    }

    /// Compares the message's term with the server's; false if there is no more to do.
    private mutating func agreeOnTerm(
        with message: RaftMessage, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) -> Bool {
        if message.term > term {
            switch message.content {
            case .preVoteRequest: break
            // A removed or cut-off member cannot depose a leader that is alive.
            case .voteRequest(let request) where !request.isTransfer && isLoyal(now: now):
                return false
            default: enter(message.term, now: now, into: &effects)
            }
            return true
        }
        guard message.term < term else { return true }
        switch message.content {
        // Who grants a pre-vote may be behind: the answer names the term it was asked for.
        case .preVoteRequest, .preVoteReply, .readRequest, .readReply: return true
        case .voteRequest, .append, .snapshot, .timeoutNow:
            // Without this a member whose term is above the leader's would never be heard again.
            send(.outdated, to: sender, into: &effects)
            return false
        case .voteReply, .appendReply, .snapshotReply, .outdated: return false
        }
    }
}
