/// Counts the bytes of proposals that are not committed, so that a group without quorum cannot grow
/// without bound.
struct UncommittedEntries: Hashable, Sendable {
    struct Proposal: Hashable, Sendable {
        let indexes: ClosedRange<LogIndex>
        let byteCount: Int
    }

    /// In log order.
    private var proposals: [Proposal] = []
    /// The sum over all proposals of which at least one entry is uncommitted.
    private(set) var byteCount = 0

    var isEmpty: Bool { proposals.isEmpty }

    mutating func append(_ indexes: ClosedRange<LogIndex>, byteCount: Int) {
        proposals.append(Proposal(indexes: indexes, byteCount: byteCount))
        self.byteCount += byteCount
    }

    mutating func commit(through index: LogIndex) {
        let committed = proposals.prefix { $0.indexes.upperBound <= index }
        byteCount -= committed.reduce(0) { $0 + $1.byteCount }
        proposals.removeFirst(committed.count)
    }

    /// Forgets what begins at or after an index; a proposal cut in two still counts in full.
    mutating func truncate(from index: LogIndex) {
        while let last = proposals.last, last.indexes.lowerBound >= index {
            byteCount -= last.byteCount
            proposals.removeLast()
        }
    }
}
