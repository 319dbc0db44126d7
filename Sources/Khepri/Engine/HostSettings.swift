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
        if case .replayed(let through, let last) = event {
            configuration.report(
                RecoveryProgress(
                    store: name, phase: .applying, completed: through.rawValue,
                    total: last.rawValue))
        }
        guard let (level, message, metadata) = Self.line(about: event) else { return }
        configuration.logger.log(
            level: level, message, metadata: metadata.merging(["store": "\(name)"]) { $1 })
    }

    /// A warning when the store is impaired, an error when it has stopped for good.
    private static func line(
        about event: GroupEvent
    ) -> (Logger.Level, Logger.Message, Logger.Metadata)? {
        switch event {
        case .replayed, .configurationInForce: nil
        case .roleChanged(let role, let term):
            (.debug, "role changed", ["role": "\(role)", "term": "\(term)"])
        case .leaderChanged: (.debug, "leader changed", [:])
        case .transferFailed: (.info, "leadership was not taken over", [:])
        case .configurationCommitted(let members, let index):
            // The first entry founds the group, which is no news to who opens it.
            (
                index == LogIndex(1) ? .debug : .info, "members changed",
                ["voters": "\(members.voters.count)"]
            )
        case .quorumLost: (.warning, "quorum lost", [:])
        case .quorumRegained: (.info, "quorum regained", [:])
        case .anomaly(let anomaly, let member):
            (.info, "dropped a message", ["anomaly": "\(anomaly)", "member": "\(member.node)"])
        case .snapshotTaken(let position, let byteCount):
            (.info, "snapshot taken", ["index": "\(position.index)", "bytes": "\(byteCount)"])
        case .snapshotFailed(let error):
            (.warning, "snapshot failed", ["error": "\(error.message)"])
        case .snapshotInstalled(let position):
            (.info, "took over the snapshot of another member", ["index": "\(position.index)"])
        case .snapshotRefused(let position, let error):
            (
                .info, "refused a snapshot",
                ["index": "\(position.index)", "error": "\(error.message)"]
            )
        case .storageSpaceChanged(let space):
            (space == .full ? .warning : .info, "disk space changed", ["space": "\(space)"])
        case .halted(let failure):
            (.error, "the member stopped for good", ["reason": "\(failure)"])
        }
    }
}
