import Hummingbird
import Khepri

/// `/metrics`: what is counted, in the text format of Prometheus.
struct MetricsRoute {
    let host: StoreHost
    let requests: RequestCounts

    func get() async throws -> Response {
        var text = MetricsText()
        var statistics: [(String, StoreStatistics)] = []
        for name in host.storeNames {
            statistics.append((name, try await host.store(name).statistics))
        }
        for metric in Self.storeMetrics {
            text.begin(metric.name, metric.kind, metric.help)
            for (store, statistics) in statistics {
                text.add(metric.name, [("store", store)], metric.value(statistics))
            }
        }
        if let host = statistics.first?.1 {
            for metric in Self.hostMetrics {
                text.begin(metric.name, metric.kind, metric.help)
                text.add(metric.name, [], metric.value(host))
            }
        }
        let name = "khepri_http_responses_total"
        text.begin(name, .counter, "Responses by the class of their status.")
        for (status, count) in requests.byStatus {
            text.add(name, [("status", status)], Double(count))
        }
        return Response(text: text.lines, type: "text/plain; version=0.0.4")
    }

    private struct Metric: Sendable {
        let name: String
        let kind: MetricsText.Kind
        let help: String
        let value: @Sendable (StoreStatistics) -> Double

        init(
            _ name: String, _ kind: MetricsText.Kind, _ help: String,
            _ value: @escaping @Sendable (StoreStatistics) -> Double
        ) {
            self.name = name
            self.kind = kind
            self.help = help
            self.value = value
        }
    }

    private static let storeMetrics = [
        Metric("khepri_revision", .gauge, "The last revision applied here.") {
            Double($0.revision.rawValue)
        },
        Metric("khepri_nodes", .gauge, "Nodes, with the root.") { Double($0.nodeCount) },
        Metric("khepri_payload_bytes", .gauge, "Bytes of all payloads, encoded.") {
            Double($0.payloadBytes)
        },
        Metric("khepri_keep_while_nodes", .gauge, "Nodes with a keep-while set.") {
            Double($0.keepWhileCount)
        },
        Metric("khepri_sessions", .gauge, "Sessions of clients.") { Double($0.sessionCount) },
        Metric("khepri_snapshot_revision", .gauge, "The last revision in a snapshot.") {
            Double($0.snapshotRevision.rawValue)
        },
        Metric("khepri_snapshot_bytes", .gauge, "Bytes of the newest snapshot.") {
            Double($0.snapshotBytes)
        },
        Metric("khepri_log_since_snapshot_bytes", .gauge, "Bytes of log behind the snapshot.") {
            Double($0.logBytesSinceSnapshot)
        },
    ]

    private static let hostMetrics = [
        Metric("khepri_log_bytes", .gauge, "Bytes of log files on the disk.") {
            Double($0.logBytesOnDisk)
        },
        Metric("khepri_open_requests", .gauge, "Requests under way.") { Double($0.openRequests) },
        Metric("khepri_flushes_total", .counter, "Batches made durable, one flush each.") {
            Double($0.flushCount)
        },
        Metric("khepri_entries_total", .counter, "Log entries made durable.") {
            Double($0.entryCount)
        },
        Metric("khepri_snapshots_total", .counter, "Snapshots published.") {
            Double($0.snapshotCount)
        },
        Metric("khepri_last_flush_seconds", .gauge, "How long the last batch took.") {
            $0.lastFlush.inSeconds
        },
        Metric("khepri_longest_flush_seconds", .gauge, "How long the slowest batch took.") {
            $0.longestFlush.inSeconds
        },
        Metric("khepri_storage_full", .gauge, "1 while the disk is full.") {
            $0.isStorageFull ? 1 : 0
        },
    ]
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
