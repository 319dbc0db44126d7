// The examples of the article on observability.

import Khepri
import Logging
import ServiceLifecycle

var configuration = StoreConfiguration()
configuration.logger = Logger(label: "shop.store")
configuration.recoveryProgress = { progress in
    print("\(progress.store) \(progress.phase): \(progress.completed) of \(progress.total)")
}
let store = try await TreeStore.open(at: "shop", configuration: configuration)

let statistics = store.statistics
print("\(statistics.nodeCount) nodes, \(statistics.payloadBytes) bytes of values")
print("\(statistics.logBytesOnDisk) bytes of log, last flush \(statistics.lastFlush)")

func serve(_ store: TreeStore, logger: Logger) async throws {
    let group = ServiceGroup(
        services: [store], gracefulShutdownSignals: [.sigterm], logger: logger)
    try await group.run()
}

try await store.close()
