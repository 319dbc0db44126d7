import RaftCore

extension HostRounds {
    /// Ends the host's work once everything that was begun is carried through.
    func finishShutdownIfQuiet() {
        guard shutdown == .requested else { return }
        let isQuiet = groups.allSatisfy { $0.backlog.isEmpty && $0.newReads.isEmpty }
        let isWritten = !log.isInFlight && (log.gathering.isEmpty || log.isBusy)
        guard log.failure != nil || (isQuiet && isWritten) else { return }
        // What is left cannot be committed: there is no quorum, or no space.
        failAll(.shuttingDown)
        for group in groups { group.failOpener(.shuttingDown) }
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
        for opening in mail.openings {
            opening.completion.complete(.failure(RequestFailure.shuttingDown))
        }
        mail.removeAll()
    }
}
