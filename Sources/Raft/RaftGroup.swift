public import RaftCore
import RaftRuntime

/// This host's member of a group, for any number of callers.
public final class RaftGroup<Machine: StateMachine>: Sendable {
    private let group: RaftRuntime.RaftGroup<MachineAdapter<Machine>>
    private let machine: MachineAdapter<Machine>
    private let streams: EventStreams<RaftGroupEvent>

    init(
        _ group: RaftRuntime.RaftGroup<MachineAdapter<Machine>>, machine: MachineAdapter<Machine>,
        events: EventStreams<RaftGroupEvent>
    ) {
        self.group = group
        self.machine = machine
        streams = events
    }

    /// Names the group for ever.
    public var id: GroupID { group.id }

    /// How the group stands, as this member knows; costs a lock.
    public var status: RaftGroupStatus { RaftGroupStatus(group.status) }

    /// What happens from now on, until the host is closed.
    ///
    /// Somebody who does not read loses the oldest of 256 events.
    public var events: AsyncStream<RaftGroupEvent> { streams.stream() }

    /// Carries a command through, on any member, and returns what the machine answered.
    ///
    /// Returns when a majority has the command on stable storage, and this member has applied it.
    /// - Parameters:
    ///   - command: What ``StateMachine/apply(_:in:)`` gets.
    ///   - isRepeatable: Whether the command, applied a second time, has no effect and the same
    ///     output; then it is sent again by itself when its leader is lost.
    ///   - timeout: How long this may take; nil is the host's default.
    /// - Throws: ``RaftError``; look at ``RaftError/mayHaveBeenApplied`` before trying again.
    @discardableResult
    public func propose(
        _ command: [UInt8], isRepeatable: Bool = false, timeout: Duration? = nil
    ) async throws -> Machine.Output {
        let traits: CommandTraits = isRepeatable ? .isRepeatable : []
        switch await group.propose(command, traits: traits, timeout: timeout) {
        case .committed(_, let output): return output
        case .rejected(let failure): throw RaftError(failure)
        case .unknown(let failure): throw RaftError(failure, mayHaveBeenApplied: true)
        }
    }

    /// Waits until everything that was committed before the call is applied here.
    ///
    /// A ``read(_:)`` after it is linearizable. Costs a round trip to a quorum, shared with other calls.
    /// - Parameter timeout: How long this may take; nil is the host's default.
    /// - Returns: The entry that is applied.
    /// - Throws: ``RaftError`` `.timedOut` in a minority, `.notLeader`, `.closed`.
    @discardableResult
    public func linearize(timeout: Duration? = nil) async throws -> LogIndex {
        try Self.value(await group.linearize(timeout: timeout))
    }

    /// Looks at the state as this member has applied it, without waiting for others.
    ///
    /// - Parameter body: Short; nothing is applied while it runs. It must not use the group.
    public func read<Result: Sendable>(_ body: (Machine) throws -> Result) rethrows -> Result {
        try machine.read(body)
    }

    /// Changes who is a member, and waits until that is committed; only the leader can.
    ///
    /// ```swift
    /// try await group.change(.add(newcomer))
    /// ```
    /// - Parameters:
    ///   - change: One change; a learner that is to be promoted becomes a voter later, by itself.
    ///   - timeout: How long this may take; nil is the host's default.
    /// - Returns: The entry of the configuration.
    /// - Throws: ``RaftError`` `.changeRefused`, `.notLeader`, `.timedOut`, `.closed`.
    @discardableResult
    public func change(
        _ change: MembershipChange, timeout: Duration? = nil
    ) async throws -> LogIndex {
        try Self.value(await group.change(change, timeout: timeout))
    }

    /// Gives leadership to another voter, and waits until it leads; only the leader can.
    ///
    /// - Parameters:
    ///   - member: Who is to lead; nil for the one that is furthest.
    ///   - timeout: How long this may take; nil is the host's default.
    /// - Throws: ``RaftError`` `.notLeader`, `.changeRefused` for one that does not vote, `.timedOut` if
    ///   it did not take over, `.closed`.
    public func transferLeadership(
        to member: MemberID? = nil, timeout: Duration? = nil
    ) async throws {
        let status = status
        if status.role == .leader {
            if member == status.leader { return }
            let others = status.configuration.voters.filter { $0 != status.leader }
            guard member.map(others.contains) ?? !others.isEmpty else {
                throw RaftError(.changeRefused, "expected another voter, found none of that name")
            }
        }
        _ = try Self.value(await group.transferLeadership(to: member, timeout: timeout))
    }

    private static func value(_ outcome: ReadOutcome) throws -> LogIndex {
        do { return try outcome.get() } catch { throw RaftError(error) }
    }
}
