import RaftCore
import Synchronization

/// What other threads see of a group.
final class GroupHandle: Sendable {
    let slot: GroupSlot
    private let applied: Atomic<UInt64>
    private let published = Lock(GroupStatus())

    init(slot: GroupSlot, applied: LogIndex) {
        self.slot = slot
        self.applied = Atomic(applied.rawValue)
    }

    var appliedIndex: LogIndex { LogIndex(applied.load(ordering: .acquiring)) }

    /// As of the driver's last round, with what it has applied since: who was answered finds that.
    var status: GroupStatus {
        var status = published.withLock { $0 }
        status.appliedIndex = max(status.appliedIndex, appliedIndex)
        status.commitIndex = max(status.commitIndex, status.appliedIndex)
        return status
    }

    func publishApplied(_ index: LogIndex) {
        applied.store(index.rawValue, ordering: .releasing)
    }

    func publish(_ status: GroupStatus) {
        published.withLock { $0 = status }
    }
}
