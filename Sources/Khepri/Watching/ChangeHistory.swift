import KhepriTree

/// The last changes of a store, from one revision on without a gap.
///
/// They are bytes in chunks of whole revisions, each change with its length in front, and the oldest
/// chunk goes when there are too many.
struct ChangeHistory {
    /// How many changes are kept at most.
    static let changeCountMaximum = 65_536
    /// How many bytes are kept at most.
    static let byteCountMaximum = 64 << 20
    /// After how many bytes a reader comes back for more.
    static let readByteCount = 256 << 10
    private static let chunkByteCount = 64 << 10

    /// Where a change is; places of later changes are greater.
    struct Place: Comparable, Sendable {
        fileprivate var chunk: Int
        fileprivate var offset: Int

        static func < (lhs: Place, rhs: Place) -> Bool {
            (lhs.chunk, lhs.offset) < (rhs.chunk, rhs.offset)
        }
    }

    private struct Chunk {
        var bytes: [UInt8] = []
        var changeCount = 0
        var lastRevision: Revision
    }

    /// Everything after this revision is here.
    private(set) var startRevision: Revision
    /// The last revision that was taken in.
    private(set) var revision: Revision
    private(set) var changeCount = 0
    private(set) var byteCount = 0
    private var chunks: [Chunk] = []
    /// The number of the first chunk.
    private var firstNumber = 0

    /// An empty history.
    init(after revision: Revision) {
        startRevision = revision
        self.revision = revision
    }
}

extension ChangeHistory {
    /// Behind the last change.
    var end: Place {
        guard let last = chunks.last else { return Place(chunk: firstNumber, offset: 0) }
        return Place(chunk: firstNumber + chunks.count - 1, offset: last.bytes.count)
    }

    /// The first change after a revision; nil if that may be gone.
    func place(after revision: Revision) -> Place? {
        guard revision >= startRevision else { return nil }
        guard let index = chunks.firstIndex(where: { $0.lastRevision > revision }) else {
            return end
        }
        let offset = chunks[index].bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let change = ChangeFrames.change(at: offset, in: bytes)
                guard RecordedChange.revision(in: change) <= revision else { break }
                offset += ChangeFrames.lengthByteCount + change.count
            }
            return offset
        }
        return Place(chunk: firstNumber + index, offset: offset)
    }

    /// Whether the change at a place is gone.
    func isGone(_ place: Place) -> Bool { place.chunk < firstNumber }

    /// A copy of the change at a place.
    func bytes(at place: Place) -> [UInt8] {
        chunks[place.chunk - firstNumber].bytes.withUnsafeBytes {
            [UInt8](ChangeFrames.change(at: place.offset, in: $0))
        }
    }

    /// The revision of the change at a place.
    func revision(at place: Place) -> Revision {
        chunks[place.chunk - firstNumber].bytes.withUnsafeBytes {
            RecordedChange.revision(in: ChangeFrames.change(at: place.offset, in: $0))
        }
    }

    /// Copies the changes of some whole revisions from a place on, and moves the place behind them.
    func read(from place: inout Place) -> [[UInt8]] {
        var changes: [[UInt8]] = []
        var byteCount = 0
        var last = Revision.zero
        while byteCount < Self.readByteCount, place < end {
            let isLast = place.chunk == end.chunk
            chunks[place.chunk - firstNumber].bytes.withUnsafeBytes { bytes in
                while place.offset < bytes.count {
                    let change = ChangeFrames.change(at: place.offset, in: bytes)
                    let revision = RecordedChange.revision(in: change)
                    if byteCount >= Self.readByteCount, revision != last { return }
                    last = revision
                    changes.append([UInt8](change))
                    byteCount += change.count
                    place.offset += ChangeFrames.lengthByteCount + change.count
                }
                if !isLast { place = Place(chunk: place.chunk + 1, offset: 0) }
            }
        }
        return changes
    }

    /// Calls `body` with each change from a place on, without copying it.
    func forEach(from start: Place, _ body: (Place, UnsafeRawBufferPointer) -> Void) {
        guard start < end else { return }
        var place = start
        for number in start.chunk...end.chunk {
            chunks[number - firstNumber].bytes.withUnsafeBytes { bytes in
                ChangeFrames.forEach(in: bytes, from: place.offset) { offset, change in
                    place.offset = offset
                    body(place, change)
                }
            }
            place = Place(chunk: number + 1, offset: 0)
        }
    }
}

extension ChangeHistory {
    /// Takes in what a batch changed, up to a revision.
    mutating func append(_ batch: ChangeBatch, through revision: Revision) {
        if let tooLarge = batch.tooLarge { clear(after: tooLarge) }
        var start = 0
        for (revision, end, count) in batch.revisions {
            let room = chunks.last.map { Self.chunkByteCount - $0.bytes.count } ?? 0
            if room < end - start { chunks.append(Chunk(lastRevision: revision)) }
            let last = chunks.count - 1
            if chunks[last].bytes.isEmpty {
                // No more than it will hold: what an array keeps in reserve is lost to the store.
                chunks[last].bytes.reserveCapacity(max(end - start, Self.chunkByteCount))
            }
            chunks[last].bytes += batch.bytes[start..<end]
            chunks[last].changeCount += count
            chunks[last].lastRevision = revision
            changeCount += count
            byteCount += end - start
            start = end
        }
        self.revision = revision
        dropOldest()
    }

    /// Forgets everything up to a revision.
    mutating func clear(after revision: Revision) {
        firstNumber += chunks.count
        chunks = []
        (changeCount, byteCount) = (0, 0)
        startRevision = revision
        self.revision = revision
    }

    private mutating func dropOldest() {
        var dropped = 0
        while dropped + 1 < chunks.count,
            changeCount > Self.changeCountMaximum || byteCount > Self.byteCountMaximum
        {
            changeCount -= chunks[dropped].changeCount
            byteCount -= chunks[dropped].bytes.count
            startRevision = chunks[dropped].lastRevision
            dropped += 1
        }
        guard dropped > 0 else { return }
        chunks.removeFirst(dropped)
        firstNumber += dropped
    }
}
