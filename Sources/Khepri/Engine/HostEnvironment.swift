import Foundation
package import RaftRuntime
package import RaftStorage

/// What a host takes from the outside world; a simulation brings its own.
package struct HostEnvironment: Sendable {
    package var disk: any Disk = PosixDisk()
    package var clock: any MonotonicClock = SystemClock()
    package var wallClock: any WallClock = SystemClock()
    package var entropy: any EntropySource = SystemEntropy()
    /// Whether threads do the work; without them, whoever opened the host drains it.
    package var usesThreads = true

    package init() {}

    /// Runs work that blocks on a thread of its own, or right here in a world without threads.
    func runBlocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        guard usesThreads else { return try work() }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try work() })
            }
        }
    }
}
