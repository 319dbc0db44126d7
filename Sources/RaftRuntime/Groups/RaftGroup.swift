package import RaftCore

/// A group that is open on a host, for any number of callers.
package final class RaftGroup<Machine: StateMachine>: Sendable {
    /// Names the group for ever.
    package let id: GroupID
    /// What the log is applied to.
    package let machine: Machine

    private let handle: GroupHandle
    private let inbox: HostInbox
    private let options: HostOptions

    init(
        id: GroupID, machine: Machine, handle: GroupHandle, inbox: HostInbox, options: HostOptions
    ) {
        self.id = id
        self.machine = machine
        self.handle = handle
        self.inbox = inbox
        self.options = options
    }

    /// The last entry applied here, without waiting for anybody.
    package var appliedIndex: LogIndex { handle.appliedIndex }

    /// How the group stood after the driver's last round.
    package var status: GroupStatus { handle.status }

    /// Adds a command to the log and waits until it is committed and applied here.
    ///
    /// A cancelled task gets its answer at once: not applied while the command waits its turn, unknown
    /// once it is in the log.
    ///
    /// - Parameters:
    ///   - content: Its bytes, or what makes them at their place in the log; the latter is rejected by
    ///     a member that does not lead.
    ///   - traits: What the driver may do with the command.
    ///   - timeout: Measured from when the driver takes the command; nil is the host's default.
    ///   - onRepetition: Called on the driver's thread, before the command is sent once more since
    ///     its fate is not known.
    ///   - answering: Makes the answer out of the outcome, on the driver's thread. What an output
    ///     holds and the caller does not need is released there, where it was made: memory that
    ///     moves between threads costs the allocator its locks.
    package func propose<Answer: Sendable>(
        _ content: CommandContent, traits: CommandTraits = .none, timeout: Duration? = nil,
        onRepetition: (@Sendable () -> Void)? = nil,
        answering: @escaping @Sendable (ProposalOutcome<Machine.Output>) -> Answer
    ) async -> Answer {
        let ticket = inbox.nextTicket()
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let command = command(
                    content, traits: traits, timeout: timeout, ticket: ticket,
                    onRepetition: onRepetition
                ) { continuation.resume(returning: answering($0)) }
                submit(command)
                // A cancellation before this point found nothing to cancel.
                if Task.isCancelled { inbox.cancel(ticket) }
            }
        } onCancel: {
            inbox.cancel(ticket)
        }
    }

    /// The same for callers who want the whole outcome.
    package func propose(
        _ payload: [UInt8], traits: CommandTraits = .none, timeout: Duration? = nil
    ) async -> ProposalOutcome<Machine.Output> {
        await propose(.bytes(payload), traits: traits, timeout: timeout) { $0 }
    }

    /// The same for callers without a task; the function is called on the driver's thread.
    package func propose(
        _ content: CommandContent, traits: CommandTraits = .none, timeout: Duration? = nil,
        onRepetition: (@Sendable () -> Void)? = nil,
        completion: @escaping @Sendable (ProposalOutcome<Machine.Output>) -> Void
    ) {
        submit(
            command(
                content, traits: traits, timeout: timeout, ticket: inbox.nextTicket(),
                onRepetition: onRepetition, completion))
    }

    /// Waits until everything committed before the call is applied here.
    ///
    /// - Returns: The index applied, or why this member cannot tell.
    package func linearize(timeout: Duration? = nil) async -> ReadOutcome {
        await wait(.linearizable, timeout: timeout)
    }

    /// Waits until an entry is applied here; returns at once if it is.
    package func waitForApplied(_ index: LogIndex, timeout: Duration? = nil) async -> ReadOutcome {
        let applied = appliedIndex
        guard applied < index else { return .success(applied) }
        return await wait(.applied(index), timeout: timeout)
    }

    /// Calls `body` with the machine on the driver's thread, between two commands.
    ///
    /// - Returns: What it returned, or why the host never came to it.
    package func visit<Answer: Sendable>(
        _ body: @escaping @Sendable (Machine) -> Answer
    ) async -> Result<Answer, RequestFailure> {
        let machine = machine
        return await withUnsafeContinuation { continuation in
            let visit = MachineVisit(
                look: { continuation.resume(returning: .success(body(machine))) },
                abandon: { continuation.resume(returning: .failure(.shuttingDown)) })
            if !inbox.post({ $0.visits.append(visit) }) { visit.abandon() }
        }
    }

    /// Changes who is a member, and waits until the change is committed.
    ///
    /// A learner that is to be promoted becomes a voter later, by itself, once it keeps up.
    /// - Parameter expected: Refuses the change unless the configuration in force is that entry's.
    /// - Returns: The index of the configuration, or why there is none.
    package func change(
        _ change: MembershipChange, expecting expected: LogIndex? = nil, timeout: Duration? = nil
    ) async -> ControlOutcome {
        await control(.change(change, expecting: expected), timeout: timeout)
    }

    /// Gives leadership to a voter, or to the one that is furthest, and waits until it leads.
    package func transferLeadership(
        to member: MemberID? = nil, timeout: Duration? = nil
    ) async -> ControlOutcome {
        await control(.transfer(to: member), timeout: timeout)
    }

    private func control(
        _ kind: ControlRequest.Kind, timeout: Duration?
    ) async -> ControlOutcome {
        await ask { ticket, completion in
            let request = ControlRequest(
                kind, slot: handle.slot, ticket: ticket, timeout: timeout ?? options.timeout,
                completion: completion)
            if let refusal = inbox.submit(request) { request.answer(refusal) }
        }
    }

    private func command(
        _ content: CommandContent, traits: CommandTraits, timeout: Duration?, ticket: Ticket,
        onRepetition: (@Sendable () -> Void)?,
        _ completion: @escaping @Sendable (ProposalOutcome<Machine.Output>) -> Void
    ) -> CommandRequest {
        MachineCommand(
            content, traits: traits, slot: handle.slot, ticket: ticket,
            timeout: timeout ?? options.timeout, onRepetition: onRepetition,
            completion: .callback(completion))
    }

    private func submit(_ command: CommandRequest) {
        guard command.payload.count <= options.commandBytesMaximum else {
            return command.answer(.tooLarge)
        }
        if let refusal = inbox.submit(command) { command.answer(refusal) }
    }

    private func wait(_ kind: ReadRequest.Kind, timeout: Duration?) async -> ReadOutcome {
        await ask { ticket, completion in
            let read = ReadRequest(
                kind, slot: handle.slot, ticket: ticket, timeout: timeout ?? options.timeout,
                completion: completion)
            if let refusal = inbox.submit(read) { read.answer(refusal) }
        }
    }

    /// Waits for the answer to a request; a cancelled task gets its answer at once.
    private func ask<Answer: Sendable>(
        _ submit: (Ticket, Completion<Answer>) -> Void
    ) async -> Answer {
        let ticket = inbox.nextTicket()
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                submit(ticket, .continuation(continuation))
                // A cancellation before this point found nothing to cancel.
                if Task.isCancelled { inbox.cancel(ticket) }
            }
        } onCancel: {
            inbox.cancel(ticket)
        }
    }
}
