import RaftCore

/// A command on its way to the driver.
struct Submission<Output: Sendable>: Sendable {
    let slot: GroupSlot
    let payload: [UInt8]
    let mayUseReserve: Bool
    let timeout: Duration
    let ticket: Ticket
    let completion: Completion<ProposalOutcome<Output>>
}

/// A read, or a wait for an index, on its way to the driver.
struct ReadSubmission: Sendable {
    enum Kind: Sendable {
        /// Ask the core what is committed, and wait until that is applied.
        case linearizable
        /// Wait until this is applied.
        case applied(LogIndex)
    }

    let slot: GroupSlot
    let kind: Kind
    let timeout: Duration
    let ticket: Ticket
    let completion: Completion<ReadOutcome>
}

/// A group's place in its host's table, for the life of the host.
struct GroupSlot: Hashable, Sendable {
    let rawValue: Int
}
