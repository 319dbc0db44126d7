import KhepriTree
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
    public static let clockAllowance = 1 - HeldLease.believedPart
    /// The shortest time to live.
    public static let timeToLiveMinimum = Duration.milliseconds(
        TreeLimits.leaseMilliseconds.lowerBound)
    /// The longest time to live.
    public static let timeToLiveMaximum = Duration.milliseconds(
        TreeLimits.leaseMilliseconds.upperBound)

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
        try await engine.revoke(held.id, timeout: timeout)
    }
}
