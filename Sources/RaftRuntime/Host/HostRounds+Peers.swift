import RaftCore

// Other members: messages in, each stepped with the bytes it brought, and messages out.
extension HostRounds {
    func receive(_ envelope: PeerEnvelope) {
        guard let group = groupsByID[envelope.group], group.server.id == envelope.receiver else {
            statistics.strayEnvelopes += 1
            return
        }
        switch envelope.content {
        case .raft(let message, let attachment):
            guard envelope.isComplete else {
                return group.observer(.anomaly(.implausible, from: envelope.sender))
            }
            receive(message, attachment, from: envelope.sender, of: group)
        case .commands(let commands): accept(commands, from: envelope.sender, of: group)
        case .answers(let answers): settle(answers, of: group)
        }
    }

    private func receive(
        _ message: RaftMessage, _ attachment: PeerAttachment, from sender: MemberID,
        of group: GroupState
    ) {
        carryOutEffects(of: group)
        group.arrived = attachment
        group.step(.receive(message, from: sender), now: now)
        carryOutEffects(of: group)
        group.arrived = .none
    }

    /// Sends a message of the core with the bytes it names.
    func send(_ message: RaftMessage, to member: MemberID, of group: GroupState) {
        let route = Outbox.Route(slot: group.handle.slot, member: member)
        var envelope = PeerEnvelope(
            group: group.id, sender: group.server.id, receiver: member,
            content: .raft(message, .none))
        switch message.content {
        case .snapshot(let chunk):
            submitTransfer(.read(message, chunk, route), of: group)
        case .append(let request):
            guard let indexes = request.indexes else { return outbox.add(envelope, to: route) }
            if let entries = group.recent.entries(indexes) {
                envelope.content = .raft(message, .entries(entries))
                outbox.add(envelope, to: route)
            } else if outbox.add(envelope, lacking: indexes, to: route) {
                writer.submit(LogRead(route: route, group: group.id, indexes: indexes))
            }
        default: outbox.add(envelope, to: route)
        }
    }

    /// Takes in entries that were read for a member.
    func logRead(_ result: LogReadResult) {
        if let error = result.error, error.code != .poisoned {
            // The disk cannot even be read: whoever has the entries has to lead.
            failForEver(error)
        }
        if let next = outbox.resume(result.route, with: result.entries) {
            guard let group = slots[result.route.slot.rawValue] else { return }
            writer.submit(LogRead(route: result.route, group: group.id, indexes: next))
        }
    }

    /// Gives everything that is ready to the transport; false if there is nothing.
    func flushOutbox() -> Bool {
        for (route, answers) in tray.take() {
            guard let group = slots[route.slot.rawValue] else { continue }
            outbox.add(
                PeerEnvelope(
                    group: group.id, sender: group.server.id, receiver: route.member,
                    content: .answers(answers)), to: route)
        }
        guard !outbox.ready.isEmpty else { return false }
        let envelopes = outbox.takeReady()
        ports.transport?.send(envelopes)
        return true
    }
}
