import KhepriTree
import Logging
import RaftCore
import RaftRuntime
import RaftStorage

extension StoreConfiguration {
    /// Refuses settings outside their limits.
    func validate() throws {
        func require(_ condition: Bool, _ message: String) throws {
            guard condition else { throw StoreError(.invalidOperation, message) }
        }
        try require(timeout > .zero, "expected a timeout above zero, found \(timeout)")
        try require(
            (1...TreeLimits.payloadBytesMaximum).contains(valueBytesMaximum),
            "expected valueBytesMaximum of 1 byte to 8 MiB, found \(valueBytesMaximum)")
        try require(
            ((1 << 20)...(64 << 20)).contains(segmentBytesMaximum),
            "expected segmentBytesMaximum of 1 MiB to 64 MiB, found \(segmentBytesMaximum)")
        try require(
            snapshotLogBytesMinimum > 0,
            "expected snapshotLogBytesMinimum above 0, found \(snapshotLogBytesMinimum)")
        try require(
            (1...10_000).contains(snapshotLogPercentage),
            "expected snapshotLogPercentage of 1 to 10,000, found \(snapshotLogPercentage)")
        try require(
            openRequestsMaximum > 0,
            "expected openRequestsMaximum above 0, found \(openRequestsMaximum)")
    }

    /// The same in the driver's words.
    var hostOptions: HostOptions {
        var options = HostOptions()
        options.timeout = timeout
        options.openRequestsMaximum = openRequestsMaximum
        if spansRegions { options.raft = .severalRegions }
        options.snapshots = SnapshotPolicy(
            logBytesMinimum: snapshotLogBytesMinimum, logPercentage: snapshotLogPercentage)
        return options
    }

    /// Tells the caller how far an opening has come.
    func report(_ progress: RecoveryProgress) {
        recoveryProgress?(progress)
    }
}

extension RecoveryProgress {
    /// How far the reading of the log has come.
    init(_ progress: OpenProgress) {
        self.init(
            store: "", phase: .reading, completed: progress.bytesRead, total: progress.bytesTotal)
    }
}

/// Turns what happens in a group into log lines and progress.
struct GroupObserver: Sendable {
    let name: String
    let configuration: StoreConfiguration

    func note(_ event: GroupEvent) {
        let logger = configuration.logger
        let store: Logger.Metadata = ["store": "\(name)"]
        switch event {
        case .replayed(let through, let last):
            configuration.report(
                RecoveryProgress(
                    store: name, phase: .applying, completed: through.rawValue,
                    total: last.rawValue))
        case .roleChanged(let role, let term):
            let metadata = store.merging(["role": "\(role)", "term": "\(term)"]) { $1 }
            logger.debug("role changed", metadata: metadata)
        case .snapshotInstalled(let position):
            logger.info(
                "took over the snapshot of another member",
                metadata: store.merging(["index": "\(position.index)"]) { $1 })
        case .snapshotRefused(let position, let error):
            let more: Logger.Metadata = [
                "index": "\(position.index)", "error": "\(error.message)",
            ]
            logger.info("refused a snapshot", metadata: store.merging(more) { $1 })
        case .configurationInForce: break
        case .configurationCommitted(let members, _):
            let more: Logger.Metadata = ["voters": "\(members.voters.count)"]
            logger.info("members changed", metadata: store.merging(more) { $1 })
        case .quorumLost: logger.info("quorum lost", metadata: store)
        case .quorumRegained: logger.info("quorum regained", metadata: store)
        case .transferFailed: logger.info("leadership was not taken over", metadata: store)
        case .anomaly(let anomaly, let member):
            let more: Logger.Metadata = ["anomaly": "\(anomaly)", "member": "\(member.node)"]
            logger.info("dropped a message", metadata: store.merging(more) { $1 })
        case .leaderChanged: logger.debug("leader changed", metadata: store)
        case .snapshotTaken(let position, let byteCount):
            let more: Logger.Metadata = ["index": "\(position.index)", "bytes": "\(byteCount)"]
            logger.info("snapshot taken", metadata: store.merging(more) { $1 })
        case .snapshotFailed(let error):
            let more: Logger.Metadata = ["error": "\(error.message)"]
            logger.info("snapshot failed", metadata: store.merging(more) { $1 })
        case .storageSpaceChanged(let space):
            logger.info("disk space changed", metadata: store.merging(["space": "\(space)"]) { $1 })
        case .halted(let failure):
            let more: Logger.Metadata = ["reason": "\(failure)"]
            logger.info("the member stopped for good", metadata: store.merging(more) { $1 })
        }
    }
}
