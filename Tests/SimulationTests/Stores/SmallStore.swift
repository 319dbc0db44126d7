import Foundation
import Khepri
import Logging
import RaftRuntime
import RaftStorage
import SimulationKit

extension SimulatedHost {
    /// Opens the store with files so small that a short script rolls over and compacts often.
    func openStore(
        snapshotBytes: Int = 8 << 10, report: LogLines? = nil
    ) async throws -> TreeStore {
        var configuration = StoreConfiguration()
        configuration.snapshotLogBytesMinimum = snapshotBytes
        configuration.logger = Logger(label: "simulation") { _ in
            LinesHandler(lines: report)
        }
        var environment = environment
        environment.adjust = { log, host in
            log.minimumSegmentBytes = 16 << 10
            log.maximumSegmentBytes = 32 << 10
            host.batchEntriesMaximum = 5
            host.inlineEntriesMaximum = 2
            host.applySliceMaximum = 3
        }
        return try await TreeStore.open(
            at: directory, configuration: configuration, environment: environment)
    }
}

/// What a store has logged.
final class LogLines: Sendable {
    private let lines = Lock<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Collects what is logged, with what it is about.
private struct LinesHandler: LogHandler {
    let lines: LogLines?
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines?.add("\(event.message) \(event.metadata ?? [:])")
    }
}
