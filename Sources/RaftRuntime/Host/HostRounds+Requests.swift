import RaftCore

// Requests: from the inbox into the tables, and out of them by answer, timeout or cancellation.
extension HostRounds {
    func accept(_ command: CommandRequest) {
        open(command)
        guard let group = slots[command.slot.rawValue] else { return fail(command, .groupClosed) }
        if let refusal = refusal(of: group) {
            fail(command, refusal)
        } else if command.isQuestion {
            group.questions.append(command)
        } else {
            group.backlog.append(command)
        }
    }

    func accept(_ read: ReadRequest) {
        open(read)
        guard let group = slots[read.slot.rawValue] else { return fail(read, .groupClosed) }
        if let refusal = refusal(of: group) { return fail(read, refusal) }
        switch read.kind {
        case .linearizable: group.newReads.append(read)
        case .applied(let index): wait(group, index, read)
        }
    }

    /// Answers a read when the index is applied, perhaps now.
    func wait(_ group: GroupState, _ index: LogIndex, _ read: Request) {
        let applied = group.server.appliedIndex
        if applied < index {
            group.appliedWaits.append(AppliedWait(index: index, read: read))
        } else {
            succeed(read, applied, of: group)
        }
    }

    /// Answers a read, unless it has been.
    func succeed(_ read: Request, _ applied: LogIndex, of group: GroupState) {
        let question = read.asQuestion
        // Only now, as leadership may have gone while the index was waited for.
        if question != nil, group.server.role != .leader { return ask(read, again: group) }
        guard read.close() else { return }
        noteAnswers(1)
        if let question {
            group.machine.answer(question: question, at: applied)
        } else {
            read.answer(appliedIndex: applied)
        }
    }

    /// Answers a request that cannot succeed, unless it has been.
    func fail(_ request: Request, _ failure: RequestFailure) {
        guard request.close() else { return }
        noteAnswers(1)
        inbox.noteLeft(bytes: request.waitingBytes)
        request.answer(failure)
    }

    func noteAnswers(_ count: Int) {
        watch.finished(count)
        inbox.noteAnswers(count)
    }

    /// Answers every request of every group.
    func failAll(_ failure: RequestFailure) {
        for group in groups { failAll(of: group, failure) }
    }

    /// Answers every request of a group.
    func failAll(of group: GroupState, _ failure: RequestFailure) {
        group.forEachRequest { fail($0, failure) }
        group.dropAnswered()
    }

    /// Answers the requests whose time is over.
    func expire() {
        guard watch.isDue(now: now) else { return }
        for group in groups {
            group.forEachRequest { request in
                if request.deadline.instant <= now {
                    fail(request, group.isLeaderless ? .notLeader(hint: nil) : .timedOut)
                } else if request.isOpen {
                    watch.surviving(request.deadline)
                }
            }
            group.dropAnswered()
        }
    }

    /// Answers the requests that were cancelled, in one walk over the open ones.
    func cancel(_ tickets: [Ticket]) {
        guard !tickets.isEmpty else { return }
        let cancelled = Set(tickets)
        for group in groups {
            group.forEachRequest { request in
                if cancelled.contains(request.ticket) { fail(request, .cancelled) }
            }
            group.dropAnswered()
        }
    }

    func open(_ request: Request) {
        request.open(now: now)
        watch.opened(request.deadline)
    }

    /// Why nothing new is taken on for a group, if so.
    func refusal(of group: GroupState) -> RequestFailure? {
        group.failure ?? (shutdown == .none ? nil : .shuttingDown)
    }
}
