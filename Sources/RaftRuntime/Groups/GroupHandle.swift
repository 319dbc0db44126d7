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

    var status: GroupStatus { published.withLock { $0 } }

    func publishApplied(_ index: LogIndex) {
        applied.store(index.rawValue, ordering: .releasing)
    }

    func publish(_ status: GroupStatus) {
        published.withLock { $0 = status }
    }
}
