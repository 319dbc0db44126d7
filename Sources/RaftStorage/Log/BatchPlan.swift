import RaftCore
import RaftRuntime

/// What a batch needs, found before anything is changed.
struct BatchPlan {
    /// What may be used for a batch when the disk is full.
    enum Urgency: Int, Comparable {
        /// Refused unless a whole spare file stays.
        case ordinary
        /// May use the last spare, but for ``LogOptions/reservedBytes`` at its end.
        case reserve
        /// Term, vote, truncation and the like: may use the last byte.
        case essential

        static func < (lhs: Urgency, rhs: Urgency) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// An upper bound of the encoded size with the trailer.
    private(set) var byteCount = UInt64(BatchTrailer.byteCount)
    /// Only writes that need few bytes and must always be possible.
    private var isEssential = true
    private let mayUseReserve: Bool
    /// Groups the batch opens, with their new numbers.
    private(set) var opened: [(group: GroupID, reference: UInt32)] = []
    /// The last index of each group as of the writes so far; nil for a deleted group.
    private var lastIndexes: [GroupID: LogIndex?] = [:]
    /// The number of the group of each write.
    private(set) var references: [UInt32] = []

    /// Checks the writes against the groups as they are.
    ///
    /// - Precondition: groups are open, entries consecutive, nothing before the snapshot is cut.
    init(_ batch: LogBatch, heads: [GroupID: GroupHead], nextReference: UInt32) {
        mayUseReserve = batch.mayUseReserve
        references.reserveCapacity(batch.writes.count)
        for (group, write) in batch.writes {
            if case .openGroup(let name) = write {
                precondition(heads[group] == nil, "group \(group) is open already")
                open(group, name: name, reference: nextReference + UInt32(opened.count))
            } else {
                add(write, to: group, heads[group])
            }
        }
    }

    /// What the batch may use when the disk is full.
    var urgency: Urgency {
        if isEssential { return .essential }
        return mayUseReserve ? .reserve : .ordinary
    }

    private mutating func open(_ group: GroupID, name: String, reference: UInt32) {
        precondition(lastIndexes[group] == nil, "group \(group) is opened twice")
        opened.append((group, reference))
        references.append(reference)
        lastIndexes[group] = .some(.zero)
        byteCount += Self.recordBytes(48 + name.utf8.count)
        isEssential = false
    }

    private mutating func add(_ write: LogWrite, to group: GroupID, _ head: GroupHead?) {
        guard let reference = reference(of: group, head),
            var last = lastIndexes[group] ?? head?.lastIndex
        else { preconditionFailure("group \(group) is not open") }
        references.append(reference)
        switch write {
        case .openGroup: preconditionFailure("handled by the caller")
        case .deleteGroup:
            lastIndexes[group] = .some(nil)
            byteCount += Self.recordBytes(0)
            return
        case .hardState: byteCount += Self.recordBytes(64)
        case .truncate(let index):
            precondition(index > .zero, "entries begin at 1")
            if index <= last { last = LogIndex(index.rawValue - 1) }
            byteCount += Self.recordBytes(0)
        case .snapshot(let position):
            last = max(last, position.index)
            byteCount += Self.recordBytes(0)
        case .append(let entries):
            last = addEntries(entries, after: last)
        }
        lastIndexes[group] = .some(last)
    }

    private mutating func addEntries(_ entries: [LogEntry], after last: LogIndex) -> LogIndex {
        var last = last
        for entry in entries {
            precondition(
                entry.index == last.successor,
                "entry \(entry.index.rawValue) does not follow \(last.rawValue)")
            last = entry.index
            byteCount += Self.recordBytes(entry.payload.count)
        }
        isEssential = isEssential && entries.isEmpty
        return last
    }

    private func reference(of group: GroupID, _ head: GroupHead?) -> UInt32? {
        head?.reference ?? opened.last { $0.group == group }?.reference
    }

    private static func recordBytes(_ payloadLength: Int) -> UInt64 {
        UInt64(RecordHeader.recordBytes(payloadLength: payloadLength))
    }
}
