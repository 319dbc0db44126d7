import RaftCore

// Requests: from the inbox into the tables, and out of them by answer, timeout or cancellation.
extension HostRounds {
    func accept(_ submission: Submission<Output>) {
        let deadline = Deadline(submission.timeout, after: now)
        watch.opened(deadline)
        var command = PendingCommand(
            payload: submission.payload, mayUseReserve: submission.mayUseReserve,
            waiter: Waiter(
                ticket: submission.ticket, deadline: deadline, completion: submission.completion))
        if let refusal = refusal {
            finish(&command.waiter, .rejected(refusal))
        } else {
            groups[submission.slot.rawValue].backlog.append(command)
        }
    }

    func accept(_ read: ReadSubmission) {
        let group = groups[read.slot.rawValue]
        let deadline = Deadline(read.timeout, after: now)
        watch.opened(deadline)
        var waiter = Waiter(ticket: read.ticket, deadline: deadline, completion: read.completion)
        if let refusal = refusal {
            finish(&waiter, .failure(refusal))
            return
        }
        switch read.kind {
        case .linearizable: group.newReads.append(waiter)
        case .applied(let index): wait(group, index, waiter)
        }
    }

    /// Answers when the index is applied, perhaps now.
    func wait(_ group: Group, _ index: LogIndex, _ waiter: Waiter<ReadOutcome>) {
        var waiter = waiter
        if group.server.appliedIndex >= index {
            finish(&waiter, .success(group.server.appliedIndex))
        } else {
            group.appliedWaiters.append(AppliedWaiter(index: index, waiter: waiter))
        }
    }

    /// Why nothing new is taken on, if so.
    private var refusal: RequestFailure? {
        if let failure = log.failure { return .storageFailed(failure) }
        return shutdown == .none ? nil : .shuttingDown
    }

    func finish<Value: Sendable>(_ waiter: inout Waiter<Value>, _ value: Value) {
        guard waiter.isWaiting else { return }
        watch.finished(1)
        inbox.noteAnswer()
        waiter.finish(value)
    }

    /// Answers the requests whose time is over.
    func expire() {
        guard watch.isDue(now: now) else { return }
        let now = now
        let rejected = finishAll(.timedOut) { _, deadline in deadline.instant <= now }
        if rejected { dropFinished() }
        for group in groups {
            group.forEachDeadline { watch.surviving($0) }
        }
    }

    func cancel(_ ticket: Ticket) {
        if finishAll(.cancelled, where: { candidate, _ in candidate == ticket }) { dropFinished() }
    }

    /// Answers every open request that a rule selects, and says whether there was one.
    ///
    /// Those in the log get "unknown", all others "not carried out".
    @discardableResult
    func finishAll(
        _ failure: RequestFailure, where isSelected: (Ticket, Deadline) -> Bool = { _, _ in true }
    ) -> Bool {
        let before = watch.openCount
        for group in groups {
            finishCommands(of: group, failure, where: isSelected)
            finishReads(of: group, failure, where: isSelected)
        }
        return watch.openCount != before
    }

    private func finishCommands(
        of group: Group, _ failure: RequestFailure, where isSelected: (Ticket, Deadline) -> Bool
    ) {
        for index in group.backlog.indices
        where isSelected(group.backlog[index].waiter.ticket, group.backlog[index].waiter.deadline) {
            finish(&group.backlog[index].waiter, .rejected(failure))
        }
        for chunk in group.chunks.indices {
            for index in group.chunks[chunk].waiters.indices {
                let waiter = group.chunks[chunk].waiters[index]
                guard isSelected(waiter.ticket, waiter.deadline) else { continue }
                finish(&group.chunks[chunk].waiters[index], .unknown(failure))
            }
        }
    }

    private func finishReads(
        of group: Group, _ failure: RequestFailure, where isSelected: (Ticket, Deadline) -> Bool
    ) {
        func finishSelected(_ waiter: inout Waiter<ReadOutcome>) {
            guard isSelected(waiter.ticket, waiter.deadline) else { return }
            finish(&waiter, .failure(failure))
        }
        for index in group.newReads.indices { finishSelected(&group.newReads[index]) }
        for reads in group.unconfirmedReads.indices {
            for index in group.unconfirmedReads[reads].waiters.indices {
                finishSelected(&group.unconfirmedReads[reads].waiters[index])
            }
        }
        for index in group.appliedWaiters.indices {
            finishSelected(&group.appliedWaiters[index].waiter)
        }
    }

    /// Takes answered requests out of the tables from which nothing else removes them.
    private func dropFinished() {
        for group in groups {
            group.backlog.removeAll { !$0.waiter.isWaiting }
            group.newReads.removeAll { !$0.isWaiting }
            group.appliedWaiters.removeAll { !$0.waiter.isWaiting }
        }
    }
}
