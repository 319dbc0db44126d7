#if KHEPRI_MUTANTS
import RaftCore

// What goes wrong in a driver with a bug; the code that is shipped holds none.
extension HostRounds {
    /// Called before each round.
    func spoilRound() {
        switch Mutant.chosen {
        case .confirmsHandedOver:
            guard log.isInFlight else { return }
            for group in groups { group.step(.persisted(group.server.lastWrite), now: now) }
        case .dropsNeeded:
            for place in log.gathering.compactions.indices {
                let id = log.gathering.compactions[place].group
                guard let group = groupsByID[id] else { continue }
                log.gathering.compactions[place].index = group.server.persistedIndex
            }
        default: for group in groups { spoil(group) }
        }
    }

    private func spoil(_ group: GroupState) {
        switch Mutant.chosen {
        case .answersWithoutRound:
            let reads = group.newReads
            group.newReads = []
            for read in reads { wait(group, group.server.appliedIndex, read) }
        case .refusesUnknown:
            let commands = group.chunks.flatMap(\.requests) + group.forwarding.sent.map(\.command)
            for command in commands { command.mayBeApplied = false }
        case .reusesNumbers:
            guard group.forwarding.sent.isEmpty, group.forwarding.committed.isEmpty else { return }
            let pause = group.forwarding.pausedUntil
            group.forwarding = Forwarding(seed: 0)
            group.forwarding.pausedUntil = pause
        case .appliesTwice: applyFirst(of: group)
        case .replacesEarly: group.installed?.state.replace()
        default: break
        }
    }

    /// Applies what comes after the snapshot, for the first time.
    private func applyFirst(of group: GroupState) {
        let applied = group.server.appliedIndex
        guard applied > .zero, applied == group.server.snapshotPosition.index,
            group.replayEnd != nil, var chunk = group.chunks.first, chunk.kind == .command,
            chunk.firstIndex <= group.applyTarget
        else { return }
        let first = chunk.removeFirst(1)
        group.machine.willApplyBatch()
        do { try group.machine.apply(first) } catch { return }
        group.machine.didApplyBatch(through: first.lastIndex)
        group.machine.answer([first])
    }
}
#endif
