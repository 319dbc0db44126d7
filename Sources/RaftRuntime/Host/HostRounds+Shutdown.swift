import RaftCore

extension HostRounds {
    /// Ends the host's work once everything that was begun is carried through.
    func finishShutdownIfQuiet() {
        guard shutdown == .requested else { return }
        let isQuiet = groups.allSatisfy { $0.backlog.isEmpty && $0.newReads.isEmpty }
        let isWritten = !log.isInFlight && (log.gathering.isEmpty || log.isBusy)
        guard log.failure != nil || (isQuiet && isWritten) else { return }
        // What is left cannot be committed: there is no quorum, or no space.
        finishAll(.shuttingDown)
        for group in groups {
            group.forgetRequests()
            group.failOpeners(.shuttingDown)
        }
        closeInbox()
        writer.stop()
        worker.stop()
        shutdown = .finished
    }

    private func closeInbox() {
        inbox.close(&mail)
        for submission in mail.submissions {
            submission.completion.complete(.rejected(.shuttingDown))
        }
        for read in mail.reads { read.completion.complete(.failure(.shuttingDown)) }
        for opening in mail.openings {
            opening.completion.complete(.failure(RequestFailure.shuttingDown))
        }
        mail.removeAll()
    }
}
