import RaftCore
import RaftRuntime

/// Watches all groups of a simulated cluster; see ``GroupWitness``.
final class ConsensusWitness: Sendable {
    private let groups = Lock<[GroupID: GroupWitness]>([:])

    /// The first thing that does not hold.
    var failure: String? {
        groups.withLock { groups in
            groups.sorted { $0.key < $1.key }.compactMap(\.value.failure).first
        }
    }

    /// The entries that are committed for ever.
    func isCommitted(_ index: LogIndex, in group: GroupID) -> Bool {
        groups.withLock { $0[group]?.committed[index] != nil }
    }

    /// The groups that a member has deleted.
    var deletedGroups: [GroupID] {
        groups.withLock { groups in
            groups.filter { $0.value.members.values.contains { $0.log.isDeleted } }.keys.sorted()
        }
    }

    /// A log that tells the witness what it has promised.
    func watch(_ log: any LogDevice, of member: MemberID) -> any LogDevice {
        WatchedLog(log, of: member, witness: self)
    }

    func wrote(_ batch: LogBatch, by member: MemberID, isDurable: Bool) {
        groups.withLock { groups in
            var writes: [GroupID: [LogWrite]] = [:]
            for (group, write) in batch.writes { writes[group, default: []].append(write) }
            for (group, writes) in writes {
                groups[group, default: GroupWitness()].wrote(
                    writes, by: member, isDurable: isDurable)
            }
        }
    }

    /// A process begins with what its log holds.
    func recovered(_ found: [GroupID: RecoveredGroup], by member: MemberID) {
        groups.withLock { groups in
            for group in Set(groups.keys).union(found.keys).sorted() {
                var witness = groups[group] ?? GroupWitness()
                if let recovered = found[group] {
                    witness.recovered(recovered, by: member)
                } else {
                    witness.missing(in: member)
                }
                groups[group] = witness
            }
        }
    }

    func dropped(through index: LogIndex, of group: GroupID, by member: MemberID) {
        groups.withLock { $0[group]?.dropped(through: index, by: member) }
    }

    func sent(_ envelope: PeerEnvelope) {
        groups.withLock { $0[envelope.group, default: GroupWitness()].sent(envelope) }
    }

    func stood(
        _ status: GroupStatus, stateHash: UInt128, of member: MemberID, in group: GroupID
    ) {
        groups.withLock {
            $0[group, default: GroupWitness()].stood(status, stateHash: stateHash, of: member)
        }
    }

    func lost(_ member: MemberID) {
        groups.withLock { groups in
            for group in groups.keys { groups[group]?.lost(member) }
        }
    }
}

/// A log that is watched.
private final class WatchedLog: LogDevice {
    private let log: any LogDevice
    private let member: MemberID
    private let witness: ConsensusWitness

    init(_ log: any LogDevice, of member: MemberID, witness: ConsensusWitness) {
        self.log = log
        self.member = member
        self.witness = witness
    }

    func write(_ batch: LogBatch) throws {
        do {
            try log.write(batch)
        } catch {
            let isRefused = (error as? LogDeviceError).map { [.full, .poisoned].contains($0.code) }
            if isRefused != true { witness.wrote(batch, by: member, isDurable: false) }
            throw error
        }
        witness.wrote(batch, by: member, isDurable: true)
    }

    func checkSpace() throws { try log.checkSpace() }

    var isShortOfSpace: Bool { log.isShortOfSpace }

    func entries(of group: GroupID, from first: LogIndex, byteLimit: Int) throws -> [LogEntry] {
        try log.entries(of: group, from: first, byteLimit: byteLimit)
    }

    func compact(_ group: GroupID, through index: LogIndex) throws {
        witness.dropped(through: index, of: group, by: member)
        try log.compact(group, through: index)
    }

    var bytesOnDisk: UInt64 { log.bytesOnDisk }

    var preparer: (any Drained)? { log.preparer }

    func stopPreparing() { log.stopPreparing() }
}
