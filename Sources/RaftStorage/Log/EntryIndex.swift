/// Where the entries of one group are: runs of consecutive indexes, each within one file.
///
/// Sparse: a run remembers an offset every ``markBytes``; a reader scans on from there.
struct EntryIndex {
    /// The distance between two remembered offsets.
    static let markBytes = 32 << 10

    /// Consecutive entries that follow each other in one file, other records between them.
    struct Run {
        let file: UInt64
        /// The records are copies that carry ``EntryFlags/carried``.
        let isCarried: Bool
        var first: UInt64
        var last: UInt64
        /// Ascending; the first is at or before ``first``.
        var marks: [Mark]

        /// The last mark at or before an index.
        func mark(for index: UInt64) -> Mark {
            var lower = 0
            var upper = marks.count
            while upper - lower > 1 {
                let middle = (lower + upper) / 2
                if marks[middle].index <= index { lower = middle } else { upper = middle }
            }
            return marks[lower]
        }
    }

    /// The record of an entry begins here.
    struct Mark: Hashable {
        let index: UInt64
        let offset: UInt64
    }

    /// In the order of their indexes, without overlap.
    private(set) var runs: [Run] = []
    /// Whether the next entry must begin a run: void entries of its index may be in the file.
    private var isCut = false

    /// The first index there is, or nil without entries.
    var first: UInt64? { runs.first?.first }

    /// Adds the entry after the last one.
    mutating func append(_ index: UInt64, file: UInt64, offset: UInt64, isCarried: Bool = false) {
        let mark = Mark(index: index, offset: offset)
        guard let tail = runs.indices.last, !isCut, runs[tail].file == file,
            runs[tail].isCarried == isCarried, runs[tail].last + 1 == index
        else {
            isCut = false
            precondition(
                runs.last.map { $0.last < index } ?? true, "entry \(index) is there already")
            runs.append(
                Run(file: file, isCarried: isCarried, first: index, last: index, marks: [mark]))
            return
        }
        runs[tail].last = index
        if let before = runs[tail].marks.last, offset - before.offset >= UInt64(Self.markBytes) {
            runs[tail].marks.append(mark)
        }
    }

    /// Forgets entries at and after an index.
    mutating func truncate(from index: UInt64) {
        isCut = true
        while let tail = runs.indices.last, runs[tail].last >= index {
            guard runs[tail].first < index else {
                runs.removeLast()
                continue
            }
            runs[tail].last = index - 1
            runs[tail].marks.removeAll { $0.index >= index }
        }
    }

    /// Forgets entries before an index.
    mutating func drop(before index: UInt64) {
        let kept = runs.firstIndex { $0.last >= index } ?? runs.endIndex
        runs.removeFirst(kept)
        if let head = runs.first, head.first < index { runs[0].first = index }
    }

    /// The run that holds an index.
    func run(holding index: UInt64) -> Run? {
        var lower = 0
        var upper = runs.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if runs[middle].last < index { lower = middle + 1 } else { upper = middle }
        }
        guard lower < runs.count, runs[lower].first <= index else { return nil }
        return runs[lower]
    }

    /// The lowest file that holds an entry.
    var oldestFile: UInt64? {
        var oldest: UInt64?
        for run in runs where run.file < oldest ?? .max { oldest = run.file }
        return oldest
    }
}
