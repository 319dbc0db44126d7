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
    /// Nothing is ready and nobody waits for a time, or only for times that have come, but the task has
    /// not ended.
    package struct Standstill: Error {}

    /// How often in a row a part may say that its time has come, and then do nothing.
    private static let idleStepsMaximum = 1_000

    private struct State {
        var random: SeededRandom
        var hostCount = 0
    }

    /// The time of the world.
    package let clock = SimulatedClock()
    private let executor = SingleThreadExecutor()
    private let roster = PartRoster()
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
        return SimulatedHost(
            number: number, roster: roster, clock: clock, disk: disk, seed: seed)
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
        var idleSteps = 0
        while true {
            if let end = end.withLock({ $0 }) { return try end.get() }
            switch step() {
            case .worked: idleSteps = 0
            case .idle(until: nil): throw Standstill()
            case .idle(let deadline?):
                idleSteps = deadline > clock.now() ? 0 : idleSteps + 1
                guard idleSteps < Self.idleStepsMaximum else { throw Standstill() }
                clock.advance(to: deadline)
            }
        }
    }

    /// Begins a task of a process that may be killed: nobody waits for its end, which may never come.
    package func begin(_ body: @escaping @Sendable () async -> Void) {
        _ = Task(executorPreference: executor) { await body() }
    }

    /// Does all that is ready, and lets no time pass beyond that.
    package func settle() {
        while case .worked = step() {}
    }

    private enum Step {
        case worked
        /// Nothing is ready before the deadline, if there is one.
        case idle(until: Instant?)
    }

    /// Does one thing that is ready.
    private func step() -> Step {
        let parts = roster.all
        let first = state.withLock { $0.random.number(below: parts.count + 1) }
        var deadlines: [Instant] = []
        for place in 0...parts.count {
            let place = (first + place) % (parts.count + 1)
            if place == parts.count {
                if executor.runNext() { return tick() }
                continue
            }
            let outcome = parts[place].drain(now: clock.now())
            if outcome.isStopped { roster.remove(parts[place]) }
            if outcome.didWork || outcome.isStopped { return tick() }
            if let deadline = outcome.nextDeadline { deadlines.append(deadline) }
        }
        // A part that only let time run out has readied jobs without work of its own.
        return executor.runNext() ? tick() : .idle(until: deadlines.min())
    }

    /// A step takes up to 100 µs.
    private func tick() -> Step {
        let nanoseconds = state.withLock { $0.random.number(below: 100_000) }
        clock.advance(nanoseconds: UInt64(nanoseconds))
        return .worked
    }
}
