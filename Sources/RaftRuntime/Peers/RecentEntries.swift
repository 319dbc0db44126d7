import RaftCore

/// The last entries of a log, kept for members that are sent them.
///
/// They share their storage with what is written and applied. What is no longer here is read from disk.
struct RecentEntries {
    /// Consecutive; each run as it was appended.
    private var runs: [ArraySlice<LogEntry>] = []
    private var byteCount = 0
    private let byteMaximum: Int

    init(byteMaximum: Int) {
        self.byteMaximum = byteMaximum
    }

    /// Adds the entries after the last one; without it, begins with them.
    mutating func append(_ entries: ArraySlice<LogEntry>) {
        guard let first = entries.first else { return }
        if let last = runs.last?.last, last.index.successor != first.index { removeAll() }
        runs.append(entries)
        byteCount += entries.reduce(0) { $0 + $1.byteCount }
        var obsoleteCount = 0
        while byteCount > byteMaximum, obsoleteCount < runs.count - 1 {
            byteCount -= runs[obsoleteCount].reduce(0) { $0 + $1.byteCount }
            obsoleteCount += 1
        }
        runs.removeFirst(obsoleteCount)
    }

    /// Forgets entries at and after an index.
    mutating func truncate(from index: LogIndex) {
        while let last = runs.popLast() {
            let kept = last.prefix { $0.index < index }
            byteCount -= last.dropFirst(kept.count).reduce(0) { $0 + $1.byteCount }
            if !kept.isEmpty { return runs.append(kept) }
        }
    }

    mutating func removeAll() {
        runs = []
        byteCount = 0
    }

    /// The entries of a range, nil unless all of them are here.
    func entries(_ indexes: ClosedRange<LogIndex>) -> [LogEntry]? {
        guard let first = runs.first?.first?.index, first <= indexes.lowerBound,
            let last = runs.last?.last?.index, last >= indexes.upperBound
        else { return nil }
        var place = firstRun(reaching: indexes.lowerBound)
        var entries: [LogEntry] = []
        entries.reserveCapacity(indexes.upperBound.distance(from: indexes.lowerBound) + 1)
        while place < runs.count, let start = runs[place].first?.index,
            start <= indexes.upperBound
        {
            let run = runs[place]
            let first = max(start, indexes.lowerBound)
            let wanted = indexes.upperBound.distance(from: first) + 1
            entries += run.dropFirst(first.distance(from: start)).prefix(wanted)
            place += 1
        }
        return entries
    }

    /// The place of the first run whose last entry is at or after an index.
    private func firstRun(reaching index: LogIndex) -> Int {
        var lower = 0
        var upper = runs.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if let last = runs[middle].last?.index, last < index {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower
    }
}
