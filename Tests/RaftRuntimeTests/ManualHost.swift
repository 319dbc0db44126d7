import RaftCore

@testable import RaftRuntime

/// A host without threads: the test drains it and moves the clock.
final class ManualHost: Sendable {
    typealias Outcome = ProposalOutcome<Int>

    let log: MemoryLog
    let snapshots: MemorySnapshots
    let clock: ManualClock
    let host: RaftHost<JournalMachine>
    let events = Lock<[GroupEvent]>([])

    static let group = GroupID(high: 7, low: 7)
    static let member = MemberID(node: 1, incarnation: Identifier128(high: 0, low: 1))

    init(
        log: MemoryLog = MemoryLog(), snapshots: MemorySnapshots = MemorySnapshots(),
        clock: ManualClock = ManualClock(), _ change: (inout HostOptions) -> Void = { _ in }
    ) {
        self.log = log
        self.snapshots = snapshots
        self.clock = clock
        var options = HostOptions()
        change(&options)
        host = RaftHost(
            HostPorts(
                log: log, snapshots: snapshots, clock: clock, wallClock: clock, entropy: clock),
            options: options)
    }

    @discardableResult
    func drain() -> Instant? { host.drain(now: clock.now()) }

    /// Opens the one group as a sole voter, with what the log holds of it.
    func open(
        id: GroupID = ManualHost.group, machine: JournalMachine = JournalMachine()
    ) throws -> RaftGroup<JournalMachine> {
        let result = Lock<Result<RaftGroup<JournalMachine>, any Error>?>(nil)
        host.open(description(machine, id: id)) { value in result.withLock { $0 = value } }
        drain()
        guard let opened = result.withLock({ $0 }) else { throw NotAnswered() }
        return try opened.get()
    }

    func description(
        _ machine: JournalMachine, id: GroupID = ManualHost.group
    ) -> GroupDescription<JournalMachine> {
        var description = GroupDescription(
            id: id, name: "journal", member: Self.member, machine: machine,
            recovered: log.recovered(id),
            bootstrap: Configuration(voters: [Self.member]))
        description.observer = { [events] event in events.withLock { $0.append(event) } }
        return description
    }

    /// Proposes without draining; the outcome is there once the host has answered.
    func propose(
        _ payload: [UInt8], to group: RaftGroup<JournalMachine>, mayUseReserve: Bool = false,
        timeout: Duration? = nil
    ) -> Answer<Outcome> {
        let answer = Answer<Outcome>()
        group.propose(
            .bytes(payload), traits: mayUseReserve ? .mayUseReserve : [], timeout: timeout
        ) { answer.set($0) }
        return answer
    }

    func shutDown() -> Answer<Void> {
        let answer = Answer<Void>()
        host.shutDown { answer.set(()) }
        return answer
    }
}

struct NotAnswered: Error {}

/// A place for one answer; a second one traps.
final class Answer<Value: Sendable>: Sendable {
    private let stored = Lock<Value?>(nil)

    var value: Value? { stored.withLock { $0 } }

    func set(_ value: Value) {
        stored.withLock { stored in
            precondition(stored == nil, "answered twice")
            stored = value
        }
    }
}

/// A clock that stands still until it is moved; also a counter in place of chance.
final class ManualClock: MonotonicClock, WallClock, EntropySource {
    private let time = Lock(Instant(nanoseconds: 1_000_000_000))
    private let date = Lock<UInt64>(1_700_000_000_000)

    func now() -> Instant { time.withLock { $0 } }
    func milliseconds() -> UInt64 { date.withLock { $0 } }
    func next() -> UInt64 { 42 }

    func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }

    func setDate(_ milliseconds: UInt64) { date.withLock { $0 = milliseconds } }
}

extension ProposalOutcome where Output == Int {
    var isCommitted: Bool {
        if case .committed = self { true } else { false }
    }

    /// Whether the answer is one a caller may get while the host shuts down.
    var isAnsweredCleanly: Bool {
        switch self {
        case .committed: true
        case .rejected(let failure): failure == .shuttingDown
        case .unknown: false
        }
    }

    /// A short form for comparison in tests.
    var summary: String {
        switch self {
        case .committed(let index, let output): "committed \(index.rawValue) → \(output)"
        case .rejected(let failure): "rejected \(failure)"
        case .unknown(let failure): "unknown \(failure)"
        }
    }
}

extension Answer where Value == ProposalOutcome<Int> {
    /// Whether the command was refused for that reason.
    func isRejected(_ failure: RequestFailure) -> Bool {
        guard case .rejected(let reason) = value else { return false }
        return reason == failure
    }
}
