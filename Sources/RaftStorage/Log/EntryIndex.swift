/// Where the entries of one group are: runs of consecutive indexes, each within one file.
///
/// Sparse: a run remembers an offset every ``markBytes``; a reader scans on from there.
struct EntryIndex {
    /// The distance between two remembered offsets.
    static let markBytes = 32 << 10

    /// Consecutive entries that follow each other in one file, other records between them.
    struct Run {
        let file: UInt64
        /// The records are copies with ``EntryFlags/carried``.
        let isCarried: Bool
        var first: UInt64
        var last: UInt64
        /// Ascending; the first is at or before ``first``.
        var marks: [Mark]
        /// About how many bytes the records take.
        var byteCount: UInt64

        var count: UInt64 { last - first + 1 }

        /// Remembers where an entry is, if the last mark is far away.
        mutating func mark(_ index: UInt64, at place: Place) {
            if let last = marks.last, place.offset - last.offset < UInt64(EntryIndex.markBytes) {
                return
            }
            marks.append(Mark(index: index, offset: place.offset))
        }

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

        /// The run without the entries outside a range.
        func clamped(to range: ClosedRange<UInt64>) -> Run? {
            let lower = max(first, range.lowerBound)
            let upper = min(last, range.upperBound)
            guard lower <= upper else { return nil }
            if lower == first && upper == last { return self }
            var run = self
            run.first = lower
            run.last = upper
            let start = mark(for: run.first).index
            run.marks = marks.filter { $0.index >= start && $0.index <= run.last }
            run.byteCount = byteCount / count * run.count
            return run
        }
    }

    /// The record of an entry begins here.
    struct Mark: Hashable {
        let index: UInt64
        let offset: UInt64
    }

    /// Where an entry is.
    struct Place {
        let file: UInt64
        let offset: UInt64
        let byteCount: Int
    }

    /// In the order of their indexes, without overlap.
    private(set) var runs: [Run] = []
    /// Whether the next entry must begin a run: void entries of its index may be in the file.
    private var isCut = false

    /// About how many bytes the records of all entries take.
    var byteCount: UInt64 { runs.reduce(0) { $0 + $1.byteCount } }

    /// The lowest file that holds an entry.
    var oldestFile: UInt64? {
        var oldest: UInt64?
        for run in runs where run.file < oldest ?? .max { oldest = run.file }
        return oldest
    }

    /// Adds the entry after the last one.
    mutating func append(_ index: UInt64, at place: Place) {
        guard let tail = runs.indices.last, !isCut, runs[tail].file == place.file,
            !runs[tail].isCarried, runs[tail].last + 1 == index
        else {
            isCut = false
            precondition(runs.last.map { $0.last < index } ?? true, "entry \(index) is there")
            let mark = Mark(index: index, offset: place.offset)
            runs.append(
                Run(
                    file: place.file, isCarried: false, first: index, last: index, marks: [mark],
                    byteCount: UInt64(place.byteCount)))
            return
        }
        runs[tail].last = index
        runs[tail].byteCount += UInt64(place.byteCount)
        runs[tail].mark(index, at: place)
    }

    /// Notes that consecutive entries have copies one after the other, which count from here on.
    mutating func move(from first: UInt64, to places: [Place]) {
        guard let start = places.first else { return }
        let last = first + UInt64(places.count) - 1
        var copy = Run(
            file: start.file, isCarried: true, first: first, last: last, marks: [],
            byteCount: places.reduce(0) { $0 + UInt64($1.byteCount) })
        for (index, place) in zip(first..., places) { copy.mark(index, at: place) }
        let before = first == 0 ? [] : runs.compactMap { $0.clamped(to: 0...(first - 1)) }
        let after = runs.compactMap { $0.clamped(to: (last + 1)...UInt64.max) }
        runs = before + [copy] + after
    }

    /// Forgets entries at and after an index.
    mutating func truncate(from index: UInt64) {
        isCut = true
        runs = index == 0 ? [] : runs.compactMap { $0.clamped(to: 0...(index - 1)) }
    }

    /// Forgets entries before an index.
    mutating func drop(before index: UInt64) {
        runs = runs.compactMap { $0.clamped(to: index...UInt64.max) }
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
}
