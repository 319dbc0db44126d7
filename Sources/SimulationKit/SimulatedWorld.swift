import RaftCore
import RaftRuntime

/// Tasks, hosts and time in one thread: the same seed makes the same world.
///
/// ```swift
/// let world = SimulatedWorld(seed: 17)
/// let host = world.addHost()
/// try world.run {
///     let store = try await TreeStore.open(
///         at: host.directory, configuration: .init(), environment: host.environment)
///     try await store.put(150, at: "/stock/wood/oak")
/// }
/// ```
/// The world takes one step after the other: a job of a task, or what a part of a host has to do.
/// The seed chooses among what is ready. When nothing is, the clock moves to the next deadline.
package final class SimulatedWorld: Sendable {
    /// Nothing is ready and nobody waits for a time, but the task has not ended.
    package struct Standstill: Error {}

    private struct State {
        var random: SeededRandom
        var hostCount = 0
        /// The parts of the hosts that run, in the order in which they began.
        var parts: [(host: Int, part: any Drained)] = []
    }

    /// The time of the world.
    package let clock = SimulatedClock()
    private let executor = SingleThreadExecutor()
    private let state: Lock<State>

    /// A world without hosts.
    package init(seed: UInt64) {
        state = Lock(State(random: SeededRandom(seed: seed)))
    }

    /// Adds a machine with a disk.
    package func addHost(disk: SimulatedDisk = SimulatedDisk()) -> SimulatedHost {
        let (number, seed) = state.withLock { state in
            state.hostCount += 1
            return (state.hostCount, state.random.next())
        }
        return SimulatedHost(number: number, world: self, disk: disk, seed: seed)
    }

    /// Runs a task, and the world around it, until the task ends.
    ///
    /// - Throws: What the task throws, and ``Standstill``.
    package func run<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) throws -> Result {
        let end = Lock<Swift.Result<Result, any Error>?>(nil)
        _ = Task(executorPreference: executor) {
            do {
                let result = try await body()
                end.withLock { $0 = .success(result) }
            } catch {
                end.withLock { $0 = .failure(error) }
            }
        }
        while true {
            if let end = end.withLock({ $0 }) { return try end.get() }
            try step()
        }
    }

    /// Takes over a part of a host.
    func attend(_ part: any Drained, of host: Int) {
        state.withLock { $0.parts.append((host, part)) }
    }

    /// Lets a host stand still for ever, as the end of its process does.
    func abandon(host: Int) {
        // Released after the lock: what a part holds may look at the world.
        let parts = state.withLock { state in
            defer { state.parts.removeAll { $0.host == host } }
            return state.parts
        }
        withExtendedLifetime(parts) {}
    }

    /// Does one thing that is ready, or moves the clock to when something will be.
    private func step() throws {
        let (parts, first) = state.withLock { state in
            (state.parts, state.random.number(below: state.parts.count + 1))
        }
        var deadlines: [Instant] = []
        for place in 0...parts.count {
            let place = (first + place) % (parts.count + 1)
            if place == parts.count {
                if executor.runNext() { return tick() }
                continue
            }
            let outcome = parts[place].part.drain(now: clock.now())
            if outcome.isStopped { remove(parts[place].part) }
            if outcome.didWork || outcome.isStopped { return tick() }
            if let deadline = outcome.nextDeadline { deadlines.append(deadline) }
        }
        // A part that only let time run out has readied jobs without work of its own.
        if executor.runNext() { return tick() }
        guard let next = deadlines.min() else { throw Standstill() }
        clock.advance(to: next)
    }

    private func remove(_ part: any Drained) {
        state.withLock { state in state.parts.removeAll { $0.part === part } }
    }

    /// A step takes up to 100 µs.
    private func tick() {
        let nanoseconds = state.withLock { $0.random.number(below: 100_000) }
        clock.advance(nanoseconds: UInt64(nanoseconds))
    }
}
