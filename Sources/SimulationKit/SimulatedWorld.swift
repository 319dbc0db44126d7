package import Khepri
package import RaftRuntime

/// A world of one thread: a disk, a clock and tasks, in which whole stores run through their
/// public API.
///
/// Nothing happens unless ``run(_:)`` makes it happen, so a run is determined by its seed and by
/// what the disk is told to do.
package final class SimulatedWorld: Sendable {
    package let disk: SimulatedDisk
    package let clock = SimulatedClock()
    private let executor = SingleThreadExecutor()
    private let entropy: SimulatedEntropy
    private let hosts = Lock<[StoreHost]>([])

    package init(disk: SimulatedDisk, seed: UInt64) {
        self.disk = disk
        entropy = SimulatedEntropy(seed: seed)
    }

    /// Opens a host that this world drains.
    package func open(
        _ directory: String, configuration: StoreConfiguration = .init()
    ) async throws -> StoreHost {
        var environment = HostEnvironment()
        environment.disk = disk
        environment.clock = clock
        environment.wallClock = clock
        environment.entropy = entropy
        environment.usesThreads = false
        let host = try await StoreHost.open(
            at: directory, configuration: configuration, environment: environment)
        hosts.withLock { $0.append(host) }
        return host
    }

    /// Runs a task to its end, with everything that it sets going.
    ///
    /// When nothing is ready, time moves to the next deadline.
    /// - Returns: nil if the task waits for something that will never come.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value? {
        let outcome = Lock<Result<Value, any Error>?>(nil)
        let task = Task(executorPreference: executor) {
            do {
                let value = try await body()
                outcome.withLock { $0 = .success(value) }
            } catch {
                outcome.withLock { $0 = .failure(error) }
            }
        }
        while true {
            executor.runReadyJobs()
            if let result = outcome.withLock({ $0 }) { return try result.get() }
            let deadlines = hosts.withLock { $0 }.compactMap { $0.drain() }
            if executor.runReadyJobs() { continue }
            guard let next = deadlines.min() else {
                task.cancel()
                executor.runReadyJobs()
                return nil
            }
            clock.advance(to: next)
        }
    }
}

/// Random bits from a seed.
package final class SimulatedEntropy: EntropySource {
    private let random: Lock<SeededRandom>

    package init(seed: UInt64) {
        random = Lock(SeededRandom(seed: seed))
    }

    package func next() -> UInt64 {
        random.withLock { $0.next() }
    }
}
