import Khepri
import Logging
import RaftCore
import RaftRuntime
import RaftStorage

/// One life of a member's process: a host with its store, opened as any user opens it, and the parts
/// that drain it.
final class StoreProcess: Sendable {
    /// The data directory.
    static let directory = "/store"

    private struct State {
        var parts: [any Drained] = []
        var identity: MemberID?
        var host: StoreHost?
        var store: TreeStore?
        var error: StoreError?
    }

    let life: Int
    let disk: SimulatedDisk
    private let clock: MemberClock
    private let state = Lock(State())

    init(life: Int, disk: SimulatedDisk, clock: MemberClock) {
        self.life = life
        self.disk = disk
        self.clock = clock
    }

    /// Who the member is, once the directory is open.
    var identity: MemberID? { state.withLock { $0.identity } }

    /// The host, once it is open.
    var host: StoreHost? { state.withLock { $0.host } }

    /// The store that is always there, once it is open.
    var store: TreeStore? { state.withLock { $0.store } }

    /// The stores that are open.
    var stores: [TreeStore] { host?.openStores ?? [] }

    /// Why a store is not there, if it will not be in this life.
    var error: StoreError? {
        let (error, host) = state.withLock { ($0.error, $0.host) }
        return error ?? host?.openingErrors.first
    }

    /// Whether the log has failed, so that the process has to be started again.
    var hasFailed: Bool { store?.logFailure != nil }

    /// Takes over a part of the host.
    func attend(_ part: any Drained) { state.withLock { $0.parts.append(part) } }

    func note(identity: MemberID) { state.withLock { $0.identity = identity } }

    /// Begins to open the store.
    func open(
        _ configuration: StoreConfiguration, _ environment: HostEnvironment,
        on executor: SingleThreadExecutor
    ) {
        _ = Task(executorPreference: executor) { [self] in
            do {
                let host = try await StoreHost.open(
                    at: Self.directory, configuration: configuration,
                    environment: environment)
                state.withLock { $0.host = host }
                let store = try await host.store()
                state.withLock { $0.store = store }
            } catch {
                let error = error as? StoreError ?? StoreError(.cannotOpen, "\(error)")
                state.withLock { $0.error = error }
            }
        }
    }

    /// Does one thing that is ready; says when there is more to do.
    ///
    /// - Parameter isDiskStuck: Whether what waits for the disk stands still.
    func drain(_ random: inout SeededRandom, isDiskStuck: Bool) -> Instant? {
        let parts = state.withLock { $0.parts }
        // It is still being opened, or the world has to see that it has failed.
        guard !parts.isEmpty else { return clock.now() }
        let first = random.number(below: parts.count)
        var deadlines: [Instant] = []
        for place in 0..<parts.count {
            let place = (first + place) % parts.count
            // The driver comes first, then what writes and reads for it.
            if isDiskStuck, place > 0 { continue }
            let outcome = parts[place].drain(now: clock.now())
            if outcome.isStopped { remove(parts[place]) }
            if outcome.didWork || outcome.isStopped { return clock.now() }
            if let deadline = outcome.nextDeadline { deadlines.append(deadline) }
        }
        return deadlines.min()
    }

    private func remove(_ part: any Drained) {
        state.withLock { state in state.parts.removeAll { $0 === part } }
    }

    /// Lets the tasks of a process that is gone come to their ends, which nobody sees any more.
    ///
    /// - Returns: False if they do not.
    func bury(on executor: SingleThreadExecutor) -> Bool {
        disk.halt()
        guard let host = state.withLock({ $0.host }) else { return true }
        let isClosed = Lock(false)
        _ = Task(executorPreference: executor) {
            // The disk has gone: what closing says does not matter.
            try? await host.close()
            isClosed.withLock { $0 = true }
        }
        var now = clock.now()
        for _ in 0..<10_000 where !isClosed.withLock({ $0 }) {
            var didWork = executor.runNext()
            for part in state.withLock({ $0.parts }) {
                let outcome = part.drain(now: now)
                if outcome.isStopped { remove(part) }
                didWork = didWork || outcome.didWork || outcome.isStopped
            }
            if !didWork { now = now.advanced(by: .milliseconds(100)) }
        }
        state.withLock { $0 = State() }
        return isClosed.withLock { $0 }
    }
}
