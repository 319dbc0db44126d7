import RaftCore

extension HostRounds {
    /// How long a shutdown waits for other members at most.
    static let shutdownPatience = Duration.seconds(2)

    /// Begins to end: leadership goes to other members, so that they need not find out by waiting.
    func beginShutdown() {
        guard shutdown == .none else { return }
        shutdown = .requested
        shutdownDeadline = now.advanced(by: Self.shutdownPatience)
        for group in groups where group.server.role == .leader && !group.isAlone {
            group.step(.transferLeadership(to: nil), now: now)
        }
    }

    /// Ends the host's work once everything that was begun is carried through.
    func finishShutdownIfQuiet() {
        guard shutdown == .requested else { return }
        let isLate = shutdownDeadline <= now
        let isQuiet = groups.allSatisfy { isLate || $0.isQuiet }
        let isWritten = !log.isInFlight && (log.gathering.isEmpty || log.isBusy)
        guard log.failure != nil || (isQuiet && isWritten) else { return }
        // What is left cannot be committed: there is no quorum, or no space.
        failAll(.shuttingDown)
        for group in groups { group.failOpener(.shuttingDown) }
        if log.failure == nil { log.failWaiting(.shuttingDown) }
        closeInbox()
        writer.stop()
        worker.stop()
        ports.log.stopPreparing()
        shutdown = .finished
    }

    private func closeInbox() {
        inbox.close(&mail)
        for command in mail.commands { command.answer(.shuttingDown) }
        for read in mail.reads { read.answer(.shuttingDown) }
        for control in mail.controls { control.answer(.shuttingDown) }
        for visit in mail.visits { visit.abandon() }
        for forgetting in mail.forgettings { forgetting.completion.complete(.shuttingDown) }
        for opening in mail.openings {
            opening.completion.complete(.failure(RequestFailure.shuttingDown))
        }
        mail.removeAll()
    }
}

extension GroupState {
    /// Whether a host may stop without taking anything from anybody.
    ///
    /// Without a leader nothing can be done; a leader of others waits until one of them leads.
    fileprivate var isQuiet: Bool {
        if isLeaderless || failure != nil { return true }
        guard backlog.isEmpty, questions.isEmpty, newReads.isEmpty else { return false }
        guard !isAlone else { return true }
        return server.role != .leader && forwarding.sent.allSatisfy { !$0.command.isOpen }
            && forwarding.committed.allSatisfy { !$0.command.isOpen }
    }
}
