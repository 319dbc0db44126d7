import RaftCore

// What a group waits for, beside its commands and reads.

/// A change of members whose end somebody waits for.
struct ChangeWait {
    let token: ProposalToken
    let request: ControlRequest
    /// Where the change is in the log, once the core has accepted it.
    var index: LogIndex?
}

/// A snapshot of another member, loaded, until its record in the log is durable.
struct InstalledSnapshot: Sendable {
    let position: LogPosition
    let state: LoadedMachineState
    let time: UInt64
    let byteCount: UInt64
}
