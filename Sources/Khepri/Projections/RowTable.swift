/// The rows that count, by their keys: a hash table that is never copied.
///
/// Open addressing with linear probing, at most three quarters full. A removal moves back what had to
/// go past it, so that every search ends at the first empty place (Knuth, The Art of Computer
/// Programming 3, §6.4, algorithm R).
struct RowTable<Key: Hashable, Row>: ~Copyable {
    private typealias Entry = RowLookup<Key, Row>.Entry

    /// For those who read; another one after each change.
    private(set) var lookup: RowLookup<Key, Row>
    private(set) var count = 0

    init() {
        self.init(places: 8)
    }

    private init(places: Int) {
        lookup = RowLookup(places: places)
    }

    deinit {
        for place in 0...lookup.mask where lookup.marks[place] != 0 {
            (lookup.entries + place).deinitialize(count: 1)
        }
        lookup.entries.deallocate()
        lookup.marks.deallocate()
    }

    /// Where the row of a key is from.
    func origin(of key: Key) -> RowOrigin? {
        let place = lookup.place(of: key, RowLookup<Key, Row>.mark(of: key))
        return lookup.marks[place] == 0 ? nil : lookup.entries[place].origin
    }

    /// Puts in a row, and gives back the one that had the key.
    @discardableResult
    mutating func put(
        _ row: Row, _ origin: RowOrigin, for key: Key
    ) -> (row: Row, origin: RowOrigin)? {
        let mark = RowLookup<Key, Row>.mark(of: key)
        let place = lookup.place(of: key, mark)
        guard lookup.marks[place] == 0 else {
            let former = (lookup.entries + place).move()
            (lookup.entries + place).initialize(to: Entry(key: key, row: row, origin: origin))
            return (former.row, former.origin)
        }
        fill(place, mark, Entry(key: key, row: row, origin: origin))
        if count * 4 > (lookup.mask + 1) * 3 { grow() }
        return nil
    }

    /// Takes out the row of a key.
    mutating func remove(_ key: Key) {
        let (marks, entries, mask) = (lookup.marks, lookup.entries, lookup.mask)
        var hole = lookup.place(of: key, RowLookup<Key, Row>.mark(of: key))
        guard marks[hole] != 0 else { return }
        (entries + hole).deinitialize(count: 1)
        var next = (hole + 1) & mask
        while marks[next] != 0 {
            let distance = (next - lookup.home(of: marks[next])) & mask
            if distance >= (next - hole) & mask {
                (entries + hole).moveInitialize(from: entries + next, count: 1)
                marks[hole] = marks[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        marks[hole] = 0
        count -= 1
    }

    /// Calls `body` with each key and its row.
    func forEach(_ body: (Key, Row) -> Void) {
        for place in 0...lookup.mask where lookup.marks[place] != 0 {
            body(lookup.entries[place].key, lookup.entries[place].row)
        }
    }

    private mutating func fill(_ place: Int, _ mark: Int, _ entry: consuming Entry) {
        (lookup.entries + place).initialize(to: entry)
        lookup.marks[place] = mark
        count += 1
    }

    private mutating func grow() {
        var larger = RowTable(places: (lookup.mask + 1) * 2)
        for place in 0...lookup.mask where lookup.marks[place] != 0 {
            let mark = lookup.marks[place]
            var target = larger.lookup.home(of: mark)
            while larger.lookup.marks[target] != 0 { target = (target + 1) & larger.lookup.mask }
            larger.fill(target, mark, (lookup.entries + place).move())
            lookup.marks[place] = 0
        }
        self = larger
    }
}
