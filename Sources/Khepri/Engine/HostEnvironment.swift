import Foundation
package import Metrics
package import RaftRuntime
package import RaftStorage

/// What a host takes from the outside world; a simulation brings its own.
package struct HostEnvironment: Sendable {
    package var disk: any Disk = PosixDisk()
    package var clock: any MonotonicClock = SystemClock()
    package var wallClock: any WallClock = SystemClock()
    package var entropy: any EntropySource = SystemEntropy()
    /// Takes over the parts of the host, to drain them; nil gives each a thread of its own.
    package var attendant: (@Sendable (any Drained) -> Void)?
    /// Puts something between the driver and the log.
    package var logWrapper: @Sendable (any LogDevice) -> any LogDevice = { $0 }
    /// What makes the host one of several; nil for one that is alone.
    package var cluster: HostCluster?
    /// Where numbers go; nil for where those of the process do.
    package var metrics: (any MetricsFactory)?
    /// Whether the other voters of the stores are lost for ever.
    package var recoversAsSoleVoter = false
    /// Changes sizes and limits that users have no need to change.
    package var adjust: @Sendable (inout LogOptions, inout HostOptions) -> Void = { _, _ in }

    package init() {}

    /// Runs work that blocks on a thread of its own, or right here in a world without threads.
    func runBlocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        guard attendant == nil else { return try work() }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try work() })
            }
        }
    }
}
