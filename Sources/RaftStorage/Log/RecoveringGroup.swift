import RaftCore
import RaftRuntime

/// A group as of the records read so far.
final class RecoveringGroup {
    var head: GroupHead
    var index: EntryIndex? = EntryIndex()
    /// Consecutive, up to the last index of the head.
    var entries: [LogEntry] = []
    /// Entries of older files that were written again, by index.
    private var copies: [UInt64: (entry: LogEntry, place: EntryIndex.Place)] = [:]

    init(_ head: GroupHead) {
        self.head = head
    }

    /// Takes over a copy of an entry whose first record may be gone with its file.
    func addCopy(of entry: LogEntry, at place: EntryIndex.Place) throws {
        let index = entry.index.rawValue
        guard entry.index <= head.lastIndex else {
            throw LogDeviceError(.corrupt, "a copy of entry \(index), which is not there")
        }
        if let first = entries.first, first.index <= entry.index {
            guard entries[Int(index - first.index.rawValue)] == entry else {
                throw LogDeviceError(.corrupt, "the copy of entry \(index) differs from it")
            }
        }
        copies[index] = (entry, place)
    }

    /// Entries at and after an index are void.
    func truncate(from index: UInt64) {
        head.truncate(from: LogIndex(index), &self.index)
        copies = copies.filter { $0.key < index }
        guard let first = entries.first?.index.rawValue else { return }
        let kept = index > first ? index - first : 0
        if kept < UInt64(entries.count) { entries.removeLast(entries.count - Int(kept)) }
    }

    /// A snapshot covers the log up to a position; beyond the last entry it replaces the log.
    func adopt(snapshot position: LogPosition) {
        if position.index > head.lastIndex {
            entries = []
            copies = [:]
        }
        head.adopt(snapshot: position, &index)
    }

    /// Puts the copies where they belong: in front of the entries, or in place of older records.
    func mergeCopies() {
        let firstEntry = entries.first?.index.rawValue ?? head.lastIndex.rawValue + 1
        var missing: [LogEntry] = []
        var before = firstEntry
        while before > 0, let copy = copies[before - 1] {
            missing.append(copy.entry)
            before -= 1
        }
        entries = missing.reversed() + entries
        moveCopies(from: before)
        copies = [:]
    }

    /// Lets the index name the copies, those that follow each other at once.
    private func moveCopies(from first: UInt64) {
        var pending: (first: UInt64, places: [EntryIndex.Place]) = (0, [])
        for (number, copy) in copies.sorted(by: { $0.key < $1.key }) where number >= first {
            if let last = pending.places.last, last.file == copy.place.file,
                last.offset < copy.place.offset,
                pending.first + UInt64(pending.places.count) == number
            {
                pending.places.append(copy.place)
            } else {
                index?.move(from: pending.first, to: pending.places)
                pending = (number, [copy.place])
            }
        }
        index?.move(from: pending.first, to: pending.places)
    }
}
