public import KhepriTree
import RaftCore
import RaftRuntime

/// A claim to nodes for as long as their owner is there.
///
/// ```swift
/// let lease = try await store.lease(timeToLive: .seconds(10))
/// try await store.put("10.0.0.7", at: "/workers/seven", keepWhile: [.lease(lease)])
/// ```
/// The member that it was taken from tells the leader again and again that the owner is there, from
/// the host's own thread. When it does not do so for the time to live, because the process has ended,
/// is cut off or paused, or when the lease is revoked or this object goes, the lease ends: all nodes
/// that are kept by it vanish in one command. No clock but the leader's decides that, and a new leader
/// gives each lease its whole time again.
///
/// The owner stops believing in it earlier than that: ``isAlive`` is false once the time to live
/// less ``clockAllowance`` has passed since the last word was sent that the leader answered.
public final class Lease: Sendable {
    /// The part of the time to live by which the owner stops earlier, so that clocks may run at rates that
    /// differ by as much.
    public static let clockAllowance = 0.1
    /// The shortest time to live.
    public static let timeToLiveMinimum = Duration.milliseconds(
        TreeLimits.leaseMilliseconds.lowerBound)
    /// The longest time to live.
    public static let timeToLiveMaximum = Duration.milliseconds(
        TreeLimits.leaseMilliseconds.upperBound)

    static let believedPart = 1 - clockAllowance

    /// How long the owner may be silent.
    public let timeToLive: Duration

    let held: HeldLease
    private let engine: StoreEngine

    init(_ held: HeldLease, timeToLive: Duration, _ engine: StoreEngine) {
        self.held = held
        self.timeToLive = timeToLive
        self.engine = engine
    }

    deinit { engine.machine.heldLeases.remove(held) }

    /// Whether the nodes of the lease are certainly there, but for those that somebody deleted.
    ///
    /// True says so of this very moment only: what is done a moment later may come too late. False is final.
    public var isAlive: Bool { held.isAlive(at: engine.clock.now()) }

    /// Waits until the lease has ended, or until the task is cancelled.
    ///
    /// It returns as soon as the host's thread finds it so, which may be late on a machine that is
    /// overloaded or whose disk is stuck; ``isAlive`` is never late.
    public func ended() async { await held.waitForEnd() }

    /// Ends the lease, and returns when its nodes are gone.
    ///
    /// It is not alive any more from the call on, even if that throws; the nodes then go in their time.
    /// - Parameter timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError``, as a write does.
    public func revoke(timeout: Duration? = nil) async throws {
        engine.machine.heldLeases.remove(held)
        try await engine.submit(.revoke(held.id), traits: .mayUseReserve, timeout: timeout) { _ in }
    }
}

extension TreeStore {
    /// Takes a lease, which is kept until it is revoked, its object goes, or this process cannot keep it.
    ///
    /// Costs one durable write, and then a message to the leader and a round to a majority about three
    /// times in its time to live; many leases of a store share these rounds.
    /// - Parameters:
    ///   - timeToLive: How long the owner may be silent, from ``Lease/timeToLiveMinimum`` to
    ///     ``Lease/timeToLiveMaximum``. Less than about five times the time in which a new leader is found
    ///     ends leases for no reason.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.invalidOperation` for a time out of the limits, `.overloaded` when there are
    ///   too many leases, and all that a write throws. One that may have been granted all the same ends
    ///   in its time.
    public func lease(timeToLive: Duration, timeout: Duration? = nil) async throws -> Lease {
        guard Lease.timeToLiveMinimum...Lease.timeToLiveMaximum ~= timeToLive else {
            throw StoreError(
                .invalidOperation,
                "expected a time to live from \(Lease.timeToLiveMinimum) to "
                    + "\(Lease.timeToLiveMaximum), found \(timeToLive)")
        }
        return try await engine.lease(
            host.environment.entropy.nextSessionID(), timeToLive: timeToLive, timeout: timeout)
    }
}

extension KeepWhileEntry {
    /// The node lives while the lease does.
    ///
    /// A write with it is refused with `.keepWhileConditionFailed` when the lease has ended. As with other
    /// conditions, a later write that names none leaves it, and one that names others replaces it.
    public static func lease(_ lease: Lease) -> KeepWhileEntry { .lease(lease.held.id) }
}

extension StoreEngine {
    /// Takes a lease.
    fileprivate func lease(
        _ id: SessionID, timeToLive: Duration, timeout: Duration?
    ) async throws -> Lease {
        let sentAt = clock.now()
        let grant = LeaseCommand.grant(id, milliseconds: timeToLive.wholeMilliseconds)
        return try await submit(grant, traits: [], timeout: timeout) { [self] _ in
            let held = HeldLease(id, timeToLive: timeToLive, sentAt: sentAt)
            machine.heldLeases.add(held)
            return Lease(held, timeToLive: timeToLive, self)
        }
    }

    /// Puts the beginning or the end of a lease into the log, and waits until it is applied.
    fileprivate func submit<Answer: Sendable>(
        _ command: LeaseCommand, traits: CommandTraits, timeout: Duration?,
        answer: @escaping @Sendable (Revision) -> Answer
    ) async throws -> Answer {
        try await group.propose(
            .bytes(command.encoded()), traits: traits.union(.isRepeatable),
            timeout: timeout ?? configuration.timeout
        ) { outcome in Self.answer(outcome) { answer(try $0.plainSuccess()) } }.get()
    }
}

extension CommandOutcome {
    /// - Throws: ``StoreError`` if the result is an error.
    fileprivate func plainSuccess() throws -> Revision {
        if case .error(let error) = result { throw StoreError(error) }
        return revision
    }
}

extension Duration {
    /// The milliseconds, rounded up.
    fileprivate var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        let attosecondsOfOne: Int64 = 1_000_000_000_000_000
        let rest = (attoseconds + attosecondsOfOne - 1) / attosecondsOfOne
        return UInt64(seconds) * 1_000 + UInt64(rest)
    }
}

extension EntropySource {
    /// An identity that nobody has.
    func nextSessionID() -> SessionID { SessionID(high: next(), low: next()) }
}
