/// One of the numbers in ``StoreStatistics`` as monitoring systems see it: the same names over HTTP and
/// through swift-metrics.
package struct StatisticsMetric: Sendable {
    package enum Kind: String, Sendable {
        /// Goes up and down.
        case gauge
        /// Only grows, from zero when the host is opened.
        case counter
    }

    /// With its unit, as Prometheus wants it.
    package let name: String
    package let kind: Kind
    /// What it is, in one line.
    package let help: String
    package let value: @Sendable (StoreStatistics) -> Double

    init(
        _ name: String, _ kind: Kind, _ help: String,
        _ value: @escaping @Sendable (StoreStatistics) -> Double
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.value = value
    }
}

extension StatisticsMetric {
    /// What each store has of its own.
    package static let ofStores = [
        Self("khepri_revision", .gauge, "The last revision applied here.") {
            Double($0.revision.rawValue)
        },
        Self("khepri_commands_applied_total", .counter, "Commands applied here.") {
            Double($0.appliedCommandCount)
        },
        Self("khepri_nodes", .gauge, "Nodes, with the root.") { Double($0.nodeCount) },
        Self("khepri_payload_bytes", .gauge, "Bytes of all payloads, encoded.") {
            Double($0.payloadBytes)
        },
        Self("khepri_keep_while_nodes", .gauge, "Nodes with a keep-while set.") {
            Double($0.keepWhileCount)
        },
        Self("khepri_keep_while_bytes", .gauge, "Bytes of the keep-while sets, encoded.") {
            Double($0.keepWhileBytes)
        },
        Self("khepri_sessions", .gauge, "Sessions of clients.") { Double($0.sessionCount) },
        Self("khepri_session_bytes", .gauge, "Bytes of the sessions in memory, about.") {
            Double($0.sessionBytes)
        },
        Self("khepri_watchers", .gauge, "Who watches changes or values.") {
            Double($0.watcherCount)
        },
        Self("khepri_history_bytes", .gauge, "Bytes of the changes kept for watchers.") {
            Double($0.historyBytes)
        },
        Self("khepri_snapshot_revision", .gauge, "The last revision in a snapshot.") {
            Double($0.snapshotRevision.rawValue)
        },
        Self("khepri_snapshot_bytes", .gauge, "Bytes of the newest snapshot.") {
            Double($0.snapshotBytes)
        },
        Self("khepri_snapshot_age_seconds", .gauge, "Age of the newest snapshot's last command.") {
            $0.snapshotAge.inSeconds
        },
        Self("khepri_log_since_snapshot_bytes", .gauge, "Bytes of log behind the snapshot.") {
            Double($0.logBytesSinceSnapshot)
        },
        Self("khepri_term", .gauge, "The term of this member.") { Double($0.term) },
        Self("khepri_leader", .gauge, "1 while this member leads.") { $0.isLeader ? 1 : 0 },
    ]

    /// What all stores of a host share.
    package static let ofHosts = [
        Self("khepri_log_bytes", .gauge, "Bytes of log files on the disk.") {
            Double($0.logBytesOnDisk)
        },
        Self("khepri_open_requests", .gauge, "Requests under way.") { Double($0.openRequests) },
        Self("khepri_waiting_bytes", .gauge, "Bytes of commands that wait for the log.") {
            Double($0.waitingBytes)
        },
        Self("khepri_flushes_total", .counter, "Batches made durable, one flush each.") {
            Double($0.flushCount)
        },
        Self("khepri_entries_total", .counter, "Log entries made durable.") {
            Double($0.entryCount)
        },
        Self("khepri_entry_bytes_total", .counter, "Bytes of log entries made durable.") {
            Double($0.entryBytes)
        },
        Self("khepri_snapshots_total", .counter, "Snapshots published.") {
            Double($0.snapshotCount)
        },
        Self("khepri_failed_snapshots_total", .counter, "Snapshots that could not be written.") {
            Double($0.failedSnapshotCount)
        },
        Self("khepri_received_snapshots_total", .counter, "Snapshots taken over from members.") {
            Double($0.receivedSnapshotCount)
        },
        Self("khepri_stray_messages_total", .counter, "Messages for nobody here.") {
            Double($0.strayMessageCount)
        },
        Self("khepri_dropped_messages_total", .counter, "Messages that came too fast.") {
            Double($0.droppedMessageCount)
        },
        Self("khepri_last_flush_seconds", .gauge, "How long the last batch took.") {
            $0.lastFlush.inSeconds
        },
        Self("khepri_longest_flush_seconds", .gauge, "How long the slowest batch took.") {
            $0.longestFlush.inSeconds
        },
        Self("khepri_storage_full", .gauge, "1 while the disk is full.") {
            $0.isStorageFull ? 1 : 0
        },
    ]
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
