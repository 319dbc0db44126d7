package import RaftCore
import Synchronization

/// A group that is open on a host, for any number of callers.
package final class RaftGroup<Machine: StateMachine>: Sendable {
    /// Names the group for ever.
    package let id: GroupID
    /// What the log is applied to.
    package let machine: Machine

    private let slot: GroupSlot
    private let inbox: HostInbox<Machine>
    private let tickets: TicketCounter
    private let defaultTimeout: Duration
    private let commandBytesMaximum: Int
    private let applied: Atomic<UInt64>
    private let published = Lock(GroupStatus())

    init(
        id: GroupID, machine: Machine, slot: GroupSlot, inbox: HostInbox<Machine>,
        tickets: TicketCounter, options: HostOptions, applied: LogIndex
    ) {
        self.id = id
        self.machine = machine
        self.slot = slot
        self.inbox = inbox
        self.tickets = tickets
        defaultTimeout = options.timeout
        commandBytesMaximum = options.commandBytesMaximum
        self.applied = Atomic(applied.rawValue)
    }

    /// The last entry applied here, without waiting for anybody.
    package var appliedIndex: LogIndex { LogIndex(applied.load(ordering: .acquiring)) }

    /// How the group stood after the driver's last round.
    package var status: GroupStatus { published.withLock { $0 } }

    /// Adds a command to the log and waits until it is committed and applied here.
    ///
    /// - Parameters:
    ///   - mayUseReserve: Whether the command frees space, so that it may be written on a full disk.
    ///   - timeout: Measured from when the driver takes the command; nil is the host's default.
    package func propose(
        _ payload: [UInt8], mayUseReserve: Bool = false, timeout: Duration? = nil
    ) async -> ProposalOutcome<Machine.Output> {
        let ticket = tickets.next()
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                submit(
                    payload, mayUseReserve: mayUseReserve, timeout: timeout, ticket: ticket,
                    completion: .continuation(continuation))
                // A cancellation before this point found nothing to cancel.
                if Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    /// The same for callers without a task; the function is called on the driver's thread.
    package func propose(
        _ payload: [UInt8], mayUseReserve: Bool = false, timeout: Duration? = nil,
        completion: @escaping @Sendable (ProposalOutcome<Machine.Output>) -> Void
    ) {
        submit(
            payload, mayUseReserve: mayUseReserve, timeout: timeout, ticket: tickets.next(),
            completion: .callback(completion))
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

    func publishApplied(_ index: LogIndex) {
        applied.store(index.rawValue, ordering: .releasing)
    }

    func publish(_ status: GroupStatus) {
        published.withLock { $0 = status }
    }

    private func submit(
        _ payload: [UInt8], mayUseReserve: Bool, timeout: Duration?, ticket: Ticket,
        completion: Completion<ProposalOutcome<Machine.Output>>
    ) {
        guard payload.count <= commandBytesMaximum else {
            return completion.complete(.rejected(.tooLarge))
        }
        inbox.submit(
            Submission(
                slot: slot, payload: payload, mayUseReserve: mayUseReserve,
                timeout: timeout ?? defaultTimeout, ticket: ticket, completion: completion))
    }

    private func wait(_ kind: ReadSubmission.Kind, timeout: Duration?) async -> ReadOutcome {
        let ticket = tickets.next()
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                inbox.submit(
                    ReadSubmission(
                        slot: slot, kind: kind, timeout: timeout ?? defaultTimeout, ticket: ticket,
                        completion: .continuation(continuation)))
                if Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    private func cancel(_ ticket: Ticket) {
        inbox.post { $0.cancellations.append(ticket) }
    }
}

/// Numbers the requests of a host.
final class TicketCounter: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> Ticket {
        Ticket(rawValue: last.wrappingAdd(1, ordering: .relaxed).newValue)
    }
}
