import RaftCore

// Commands of callers on a member that does not lead: they go to the leader, which answers when they
// are applied there; the caller is answered once they are applied here.
extension HostRounds {
    /// Sends waiting commands to the leader, if another member is known to be it, and once more those
    /// whose answers may be lost.
    func forwardBacklog(of group: GroupState) {
        guard ports.transport != nil, let leader = group.server.leader, leader != group.server.id
        else { return }
        let route = Outbox.Route(slot: group.handle.slot, member: leader)
        var commands: [ForwardedCommand] = []
        var byteCount = 0
        func flush() {
            guard !commands.isEmpty else { return }
            outbox.add(
                PeerEnvelope(
                    group: group.id, sender: group.server.id, receiver: leader,
                    content: .commands(commands)), to: route)
            (commands, byteCount) = ([], 0)
        }
        func send(_ command: CommandRequest, _ number: UInt64) {
            if byteCount + command.byteCount > Forwarding.envelopeBytesMaximum { flush() }
            let timeout = command.deadline.instant.nanoseconds(since: now)
            commands.append(
                ForwardedCommand(
                    number: number, payload: command.payload, mayUseReserve: command.mayUseReserve,
                    timeout: .nanoseconds(Int64(clamping: timeout)),
                    isQuestion: command.isQuestion))
            byteCount += command.byteCount
        }
        for sent in group.forwarding.takeOverdue(at: now) {
            sent.command.noteRepetition()
            send(sent.command, sent.number)
        }
        let waiting = group.takeQuestions() + group.takeBacklog(group.backlog.count)
        for command in waiting where command.isOpen {
            guard !command.isForeign, !command.isUnmade else {
                fail(command, .notLeader(hint: leader))
                continue
            }
            leaveQueue(command)
            command.mayBeApplied = true
            send(command, group.forwarding.add(command, now: now))
        }
        flush()
    }

    /// Takes commands of another member on; one that is under way already goes on.
    func accept(
        _ commands: [ForwardedCommand], from sender: MemberID, of group: GroupState
    ) {
        let route = Outbox.Route(slot: group.handle.slot, member: sender)
        let tray = tray
        for command in commands {
            let number = command.number
            guard tray.begin(number, of: route) else { continue }
            func reject(_ failure: ForwardedFailure) {
                tray.add(ForwardedAnswer(number: number, outcome: .rejected(failure)), to: route)
            }
            guard group.server.role == .leader else {
                reject(.notLeader(hint: group.server.leader))
                continue
            }
            guard command.payload.count <= options.commandBytesMaximum else {
                reject(.tooLarge)
                continue
            }
            let request = group.machine.makeCommand(
                command, slot: group.handle.slot, ticket: inbox.nextTicket()
            ) { outcome in
                tray.add(ForwardedAnswer(number: number, outcome: outcome), to: route)
            }
            if let refusal = inbox.admitForeign(bytes: request.byteCount) {
                reject(refusal.forwarded)
            } else {
                accept(request)
            }
        }
    }

    /// Takes in what the leader says of commands.
    func settle(_ answers: [ForwardedAnswer], of group: GroupState) {
        var waiting: [CommandRequest] = []
        for answer in answers {
            guard let command = group.forwarding.take(answer.number), command.isOpen else {
                continue
            }
            if !settle(command, answer.outcome, of: group) { waiting.append(command) }
        }
        guard !waiting.isEmpty else { return }
        group.putBack(waiting)
        group.forwarding.pausedUntil = now.advanced(by: Forwarding.pause)
    }

    /// Takes in what became of a command; false if it is to go to whoever leads then.
    private func settle(
        _ command: CommandRequest, _ outcome: ForwardedOutcome, of group: GroupState
    ) -> Bool {
        switch outcome {
        case .committed(let index, let output):
            command.committedIndex = index
            if command.isQuestion || index <= group.server.appliedIndex {
                finish(command, at: index, output, of: group)
            } else {
                group.forwarding.committed.append(
                    Forwarding.Committed(index: index, output: output, command: command))
            }
        case .rejected(.notLeader), .rejected(.shuttingDown):
            // Not applied by this attempt.
            if !command.isRepeatable || !command.wasResent { command.mayBeApplied = false }
            return false
        case .rejected(let failure):
            if !command.wasResent { command.mayBeApplied = false }
            fail(command, RequestFailure(failure))
        case .unknown(let failure):
            if command.isRepeatable, failure == .shuttingDown || failure.isLossOfLeadership {
                command.noteRepetition()
                return false
            }
            fail(command, RequestFailure(failure))
        }
        return true
    }

    /// Answers the forwarded commands whose entries are applied here by now.
    func answerForwarded(of group: GroupState) {
        guard !group.forwarding.committed.isEmpty else { return }
        for done in group.forwarding.takeCommitted(through: group.server.appliedIndex) {
            finish(done.command, at: done.index, done.output, of: group)
        }
    }

    /// Sends what may be sent again to the leader that is known now.
    func repeatForwarded(of group: GroupState) {
        repeatCommands(group.forwarding.takeRepeatable(), of: group)
        group.forwarding.pausedUntil = nil
    }

    /// Puts commands whose fate is not known back to those that wait.
    func repeatCommands(_ commands: [CommandRequest], of group: GroupState) {
        for command in commands { command.noteRepetition() }
        group.putBack(commands)
    }

    private func finish(
        _ command: CommandRequest, at index: LogIndex, _ output: [UInt8], of group: GroupState
    ) {
        guard command.close() else { return }
        noteAnswers(1)
        group.machine.answer(command, at: index, encodedOutput: output)
    }

    /// Notes that a command no longer waits for the log.
    func leaveQueue(_ command: CommandRequest) {
        guard !command.hasLeftQueue else { return }
        inbox.noteLeft(bytes: command.byteCount)
        command.hasLeftQueue = true
    }
}

extension ForwardedFailure {
    fileprivate var isLossOfLeadership: Bool {
        if case .notLeader = self { true } else { false }
    }
}
