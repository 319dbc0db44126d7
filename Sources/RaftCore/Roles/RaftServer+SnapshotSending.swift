extension RaftServer {
    /// Sends the newest snapshot to a member that needs entries which the log no longer has.
    mutating func sendSnapshot(
        to place: Int, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        let position = snapshots.newest
        precondition(position.index >= log.base.index, "the log was compacted past its snapshot")
        let transfer = SnapshotTransfer(
            position: position, configuration: configuration(at: position.index), now: now)
        send(transfer, to: place, into: &effects)
    }

    /// Sends the next piece when the last one is durable on the member.
    mutating func receive(
        _ reply: SnapshotReply, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard let leadership, let place = leadership.place(of: sender) else { return }
        guard reply.round <= leadership.rounds.last else {
            return effects.append(.anomaly(.confirmsUnknown, from: sender))
        }
        self.leadership?.peers[place].echo(reply.round)
        confirmRounds(into: &effects)
        guard var transfer = leadership.peers[place].transfer else { return }
        guard transfer.position == reply.position, transfer.offset != reply.offset else { return }
        transfer.offset = reply.offset
        transfer.lastProgress = now
        transfer.lastSent = now
        send(transfer, to: place, into: &effects)
    }

    /// Sends pieces again that were not answered, and gives up on a member that never answers: it is
    /// probed until it does, and goes on where it was.
    mutating func resendSnapshots(now: Instant, into effects: inout RaftEffectBuffer) {
        for place in 0..<(leadership?.peers.count ?? 0) {
            guard let peer = leadership?.peers[place], var transfer = peer.transfer else {
                continue
            }
            let patience = options.electionTimeout.upperBound
            if transfer.lastProgress.advanced(by: patience * 20) <= now {
                endTransfer(to: place, into: &effects)
            } else if transfer.lastSent.advanced(by: patience) <= now {
                transfer.lastSent = now
                send(transfer, to: place, into: &effects)
            }
        }
    }

    /// Gives up a transfer whose snapshot the driver does not have.
    mutating func snapshotUnavailable(
        _ position: LogPosition, to member: MemberID, into effects: inout RaftEffectBuffer
    ) {
        guard let leadership, let place = leadership.place(of: member) else { return }
        guard leadership.peers[place].transfer?.position == position else { return }
        endTransfer(to: place, into: &effects)
    }

    private mutating func endTransfer(to place: Int, into effects: inout RaftEffectBuffer) {
        guard let peer = leadership?.peers[place] else { return }
        leadership?.peers[place].probe(from: max(peer.next, peer.matched.successor))
        compactLog(into: &effects)
    }

    private mutating func send(
        _ transfer: SnapshotTransfer, to place: Int, into effects: inout RaftEffectBuffer
    ) {
        guard let leadership else { return }
        self.leadership?.peers[place].send(transfer)
        let chunk = transfer.chunk(round: leadership.rounds.last)
        send(.snapshot(chunk), to: leadership.peers[place].member, into: &effects)
    }
}
