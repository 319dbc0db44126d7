import CBOR
import KhepriTree
import RaftCore
import RaftRuntime

// The time of leases: the machine's state says which there are, the leader when they end.
extension StoreMachine {
    /// How long the end of a lease may take to be applied; until then no word of its holder counts.
    private static let endPatience = Duration.seconds(3_600)

    func answer(question: [UInt8]) -> CommandOutcome? {
        guard let id = try? LeaseQuestion(encoded: question).lease else { return nil }
        let isAlive = leases.contains(id) && leaderLeases.renew(id)
        let refusal = OperationError(.sessionExpired, "the lease has ended")
        return CommandOutcome(revision: revision, result: isAlive ? .ok : .error(refusal))
    }

    var nextDeadline: Instant? {
        [leaderLeases.nextDeadline, heldLeases.nextDeadline].compactMap(\.self).min()
    }

    func takeWishes(now: Instant, leading term: Term?) -> [MachineWish<CommandOutcome>] {
        let expired = leaderLeases.takeExpired(of: leases, at: now, leading: term)
        let words = heldLeases.takeSpeakers(at: now)
        guard !expired.isEmpty || !words.isEmpty else { return [] }
        return expired.compactMap { id in term.map { end(id, in: $0) } }
            + words.map { word(of: $0, at: now) }
    }

    /// The command that ends a lease in the log of a term.
    private func end(_ id: SessionID, in term: Term) -> MachineWish<CommandOutcome> {
        let command = LeaseCommand.expire(id, term: term.rawValue)
        return MachineWish(
            command.encoded(), traits: .mayUseReserve, timeout: Self.endPatience
        ) { [weak self] outcome in
            // Of one that may yet be applied nothing is known until it is, or another member leads.
            guard case .rejected = outcome else { return }
            self?.leaderLeases.endFailed(id, in: term)
        }
    }

    /// What a holder here tells the leader.
    private func word(of lease: HeldLease, at now: Instant) -> MachineWish<CommandOutcome> {
        MachineWish(
            LeaseQuestion(lease.id).encoded(), traits: [.isQuestion, .isRepeatable],
            timeout: lease.patience
        ) { [heldLeases] outcome in
            switch outcome {
            case .committed(_, let answer) where answer.result == .ok: lease.note(answerTo: now)
            case .committed: heldLeases.remove(lease)
            case .rejected, .unknown: lease.noteSilence(after: now)
            }
            if let deadline = lease.nextDeadline { heldLeases.lookAgain(by: deadline) }
        }
    }
}

extension LeaseCommand {
    /// The command as bytes.
    func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: 48)
        encode(into: &writer)
        return writer.finish()
    }
}
