import RaftCore

// Stepping a server, and doing what it wants done.
extension ClusterWorld {
    func step(_ id: MemberID, _ event: RaftEvent, with envelope: Envelope? = nil) {
        guard let member = members[id], let earlier = member.server else { return }
        var effects = RaftEffectBuffer()
        member.server?.step(event, now: member.localTime(at: now), into: &effects)
        member.server?.checkInvariants()
        member.server?.checkTransition(from: earlier)
        if trace != nil { tell(effects, of: member, after: event) }
        for effect in effects { carryOut(effect, of: id, with: envelope) }
        oracle.stepped(member, from: earlier, all: members, at: now)
        if event == .tick { oracle.ticked(member, at: now) }
        startFlush(id)
        startWork(id)
        scheduleWake(id)
    }

    private func tell(
        _ effects: RaftEffectBuffer, of member: ClusterMember, after event: RaftEvent
    ) {
        let name = "\(now / 1_000) n\(member.id.node)"
        if case .receive(let message, let sender) = event {
            trace?("\(name) hears n\(sender.node): \(TranscriptNames.text(message))")
        } else {
            trace?("\(name) \(event)")
        }
        for effect in effects { trace?("\(name)   \(TranscriptNames.text(effect))") }
    }

    private func carryOut(_ effect: RaftEffect, of id: MemberID, with envelope: Envelope?) {
        switch effect {
        case .write(let sequence, let write):
            let entries = add(write, to: id, with: envelope)
            members[id]?.disk.add(
                ClusterWrite(sequence: sequence, write: write, entries: entries))
            if case .hardState(let state) = write, state.vote != nil { layAmbush(for: id) }
        case .apply(let range): members[id]?.work.append(.apply(range.upperBound))
        case .restoreSnapshot(let position): members[id]?.work.append(.restore(position))
        case .send(let message, let receiver): send(message, from: id, to: receiver)
        case .readReady(let read, let index): oracle.answered(read, at: index)
        case .readFailed(let read, _): oracle.failed(read)
        case .compact(let index):
            members[id]?.log.compact(through: index)
            members[id]?.disk.compact(through: index)
        case .storeSnapshot(let chunk): store(chunk, envelope?.snapshot, at: id)
        case .installSnapshot(let position, let configuration):
            install(position, configuration, at: id)
        case .discardSnapshot(let position):
            if members[id]?.disk.snapshot != position, position != .zero {
                members[id]?.disk.snapshots[position] = nil
            }
            if members[id]?.received?.position == position { members[id]?.received = nil }
        case .anomaly(let anomaly, let sender):
            oracle.fail("\(id.node) found \(anomaly) in a message of \(sender.node)")
        case .roleChanged(.leader, let term):
            if let member = members[id] { oracle.elected(member, term: term, at: now) }
            if faults.hunting { queue.add(.hunt(id), at: now + pick(5_000_000...600_000_000)) }
        case .rejected, .accepted, .roleChanged, .leaderChanged, .configurationCommitted,
            .transferFailed, .quorumLost, .quorumRegained:
            break
        }
    }

    /// Changes the log in memory, and finds the bytes of new entries.
    private func add(
        _ write: RaftWrite, to id: MemberID, with envelope: Envelope?
    ) -> [ClusterEntry] {
        switch write {
        case .hardState: return []
        case .truncate(let index):
            members[id]?.log.truncate(from: index)
            return []
        case .snapshot(let position):
            members[id]?.log.record(position)
            return []
        case .append(let appended):
            let entries = bodies(of: appended, with: envelope)
            members[id]?.log.append(entries)
            return entries
        }
    }

    private func bodies(of appended: AppendedEntries, with envelope: Envelope?) -> [ClusterEntry] {
        let indexes = appended.indexes.lowerBound.rawValue...appended.indexes.upperBound.rawValue
        if let envelope, !envelope.entries.isEmpty {
            let entries = envelope.entries.filter {
                indexes.contains($0.position.index.rawValue)
            }
            precondition(entries.count == indexes.count, "entries that did not come")
            precondition(entries.allSatisfy { $0.position.term == appended.term }, "another term")
            return entries
        }
        return indexes.map { index in
            var configuration: Configuration?
            if case .configuration(let named) = appended.source { configuration = named }
            // The first configuration is the same entry on every first member.
            let isFirst = index == 1 && appended.term == Term(1)
            let body = EntryBody(name: isFirst ? 0 : number(), configuration: configuration)
            let position = LogPosition(index: LogIndex(index), term: appended.term)
            return ClusterEntry(position: position, body: body)
        }
    }

    private func startFlush(_ id: MemberID) {
        guard let member = members[id], member.server != nil else { return }
        guard member.disk.flushing == nil, !member.disk.pending.isEmpty else { return }
        members[id]?.disk.flushing = member.disk.pending.count
        let end = max(now + pick(member.diskLatency), member.stuckUntil)
        queue.add(.flush(id, life: member.life), at: end)
    }

    func flush(_ id: MemberID) {
        guard let member = members[id], let count = member.disk.flushing else { return }
        // The disk got stuck in the middle.
        guard member.stuckUntil <= now else {
            return queue.add(.flush(id, life: member.life), at: member.stuckUntil)
        }
        members[id]?.disk.flushing = nil
        guard let sequence = members[id]?.disk.flush(count) else { return }
        step(id, .persisted(sequence))
    }

    private func startWork(_ id: MemberID) {
        guard let member = members[id], !member.isWorking, !member.work.isEmpty else { return }
        members[id]?.isWorking = true
        queue.add(.work(id, life: member.life), at: now + pick(10_000...3_000_000))
    }

    /// Lets the state machine do the next piece of its work.
    func work(_ id: MemberID) {
        guard let member = members[id], !member.work.isEmpty else { return }
        let work = member.work.removeFirst()
        member.isWorking = false
        switch work {
        case .apply(let last):
            for entry in member.entries(member.machine.position.index.successor...last) {
                member.machine.apply(entry)
                oracle.applied(entry, to: member.machine, of: member)
            }
        case .restore(let position):
            guard let state = member.disk.snapshots[position] else {
                return oracle.fail("\(id.node) has no snapshot \(position) to restore")
            }
            member.machine = state
            oracle.restored(state, at: id)
        }
        step(id, .applied(member.machine.position.index))
        takeSnapshotIfDue(id)
    }
}
