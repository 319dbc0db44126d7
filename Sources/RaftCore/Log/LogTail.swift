/// Which terms the entries of a log have, without the entries.
///
/// A log has few terms, so the terms are kept as runs: a handful of words describes any number of
/// entries, and a whole server stays small enough to be copied and compared.
struct LogTail: Hashable, Sendable {
    /// Entries of one term, from an index to the start of the next run.
    struct Run: Hashable, Sendable {
        let first: LogIndex
        let term: Term
    }

    /// The entry before the first one that is described; zero, or covered by a snapshot.
    private(set) var base: LogPosition
    /// The last entry, or the base if there is none.
    private(set) var lastIndex: LogIndex
    /// In ascending order of index and of term; the first begins right after the base.
    private(set) var runs: [Run] = []

    init(base: LogPosition = .zero) {
        self.base = base
        lastIndex = base.index
    }

    /// The last entry's position, or the base.
    var lastPosition: LogPosition {
        LogPosition(index: lastIndex, term: runs.last?.term ?? base.term)
    }

    /// The term of an entry, nil where the log has none or forgot it.
    func term(at index: LogIndex) -> Term? {
        guard index <= lastIndex else { return nil }
        guard index > base.index else { return index == base.index ? base.term : nil }
        return runs.last { $0.first <= index }?.term
    }

    /// Adds entries of one term after the last one.
    mutating func append(count: Int, term: Term) {
        precondition(count > 0, "an append needs at least one entry")
        precondition(term >= lastPosition.term, "the terms of a log never decrease (Raft §5.3)")
        if runs.last?.term != term {
            runs.append(Run(first: lastIndex.successor, term: term))
        }
        lastIndex = lastIndex.advanced(by: count)
    }

    /// Removes the entries at and after an index.
    mutating func truncate(from index: LogIndex) {
        precondition(index > base.index, "entries at or before the base cannot be truncated")
        guard index <= lastIndex else { return }
        runs.removeAll { $0.first >= index }
        lastIndex = index.predecessor
    }

    /// Forgets the terms of the entries up to an index, which becomes the base.
    mutating func compact(through index: LogIndex) {
        guard index > base.index else { return }
        guard let term = term(at: index) else {
            preconditionFailure("cannot compact through \(index), the log ends at \(lastIndex)")
        }
        base = LogPosition(index: index, term: term)
        let later = runs.drop { $0.first <= index }
        let isRunCut = index < lastIndex && later.first?.first != index.successor
        runs = (isRunCut ? [Run(first: index.successor, term: term)] : []) + later
    }
}

// Comparing logs (Raft §5.3).
extension LogTail {
    /// The last entry that is not after a position of another log, nor of a later term.
    ///
    /// Up to there the logs may agree. Zero if this log remembers no such entry.
    func lastShared(with other: LogPosition) -> LogPosition {
        var end = lastIndex
        for run in runs.reversed() {
            if run.term <= other.term, run.first <= other.index {
                return LogPosition(index: min(end, other.index), term: run.term)
            }
            end = run.first.predecessor
        }
        return base.index <= other.index && base.term <= other.term ? base : .zero
    }

    /// How far entries of one term are in the log already; the index before the first if none is.
    ///
    /// What the base covers is committed, so it agrees.
    func agreement(from first: LogIndex, through last: LogIndex, term: Term) -> LogIndex {
        let start = max(first, base.index.successor)
        guard start <= last else { return last }
        guard start <= lastIndex, self.term(at: start) == term else { return start.predecessor }
        let end = runs.first { $0.first > start }?.first.predecessor ?? lastIndex
        return min(last, end)
    }

    /// The terms of a range of entries.
    ///
    /// - Precondition: The log has all of them.
    func terms(of indexes: ClosedRange<LogIndex>) -> [AppendRequest.Run] {
        precondition(indexes.lowerBound > base.index, "the log forgot \(indexes.lowerBound)")
        precondition(indexes.upperBound <= lastIndex, "the log has no \(indexes.upperBound)")
        var result: [AppendRequest.Run] = []
        var end = indexes.upperBound
        for run in runs.reversed() where run.first <= end && end >= indexes.lowerBound {
            let first = max(run.first, indexes.lowerBound)
            result.append(AppendRequest.Run(term: run.term, count: end.distance(from: first) + 1))
            end = first.predecessor
        }
        return result.reversed()
    }

    /// Starts over after a snapshot that the log does not contain.
    mutating func reset(to position: LogPosition) { self = LogTail(base: position) }
}
