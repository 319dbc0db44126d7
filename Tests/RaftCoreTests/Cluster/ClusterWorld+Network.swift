import RaftCore

extension ClusterWorld {
    /// Puts a message on its way, with what the driver adds to it.
    func send(_ message: RaftMessage, from sender: MemberID, to receiver: MemberID) {
        guard let member = members[sender] else { return }
        var message = message
        var entries: [ClusterEntry] = []
        var snapshot: MachineState?
        switch message.content {
        case .append(let request):
            if let indexes = request.indexes {
                entries = member.entries(indexes)
                precondition(entries.count == indexes.entryCount, "a message has a hole")
            }
        case .snapshot(let chunk):
            guard let state = member.disk.snapshots[chunk.position] else {
                queue.add(
                    .step(
                        sender, life: member.life,
                        .snapshotUnavailable(chunk.position, to: receiver)), at: now)
                return
            }
            snapshot = state
            message = RaftMessage(term: message.term, content: .snapshot(filled(chunk)))
        default: break
        }
        oracle.sent(message, by: member, to: receiver, at: now)
        let envelope = Envelope(
            sender: sender, receiver: receiver, message: message, entries: entries,
            snapshot: snapshot)
        transmit(envelope)
        if happens(isHealed ? 0 : faults.duplication) { transmit(envelope) }
    }

    /// Snapshots have one to four pieces of a hundred bytes.
    private func filled(_ chunk: SnapshotChunk) -> SnapshotChunk {
        let end = 100 * (1 + chunk.position.index.rawValue % 4)
        let byteCount = min(100, end - min(end, chunk.offset))
        return chunk.filled(byteCount: Int(byteCount), isLast: chunk.offset + byteCount == end)
    }

    private func transmit(_ envelope: Envelope) {
        guard isHealed || !happens(faults.loss) else { return }
        var delay = pick(200_000...5_000_000)
        if !isHealed, happens(faults.slowLinks) { delay += pick(0...1_500_000_000) }
        var arrival = now + delay
        if !faults.reordering || isHealed {
            let link = [envelope.sender, envelope.receiver]
            arrival = max(arrival, lastArrivals[link] ?? 0)
            lastArrivals[link] = arrival
        }
        queue.add(.deliver(envelope), at: arrival)
    }

    func deliver(_ envelope: Envelope, _ event: Event) {
        guard !cuts.contains([envelope.sender, envelope.receiver]) else { return }
        guard let life = members[envelope.receiver]?.life,
            let member = awake(envelope.receiver, life, event), let earlier = member.server
        else { return }
        step(envelope.receiver, .receive(envelope.message, from: envelope.sender), with: envelope)
        oracle.heard(envelope, by: member, from: earlier, at: now)
    }
}

extension ClusterMember {
    /// What the log in memory has of a range.
    func entries(_ indexes: ClosedRange<LogIndex>) -> [ClusterEntry] {
        (indexes.lowerBound.rawValue...indexes.upperBound.rawValue).compactMap {
            log[LogIndex($0)]
        }
    }
}
