import KhepriTree

/// Which node gave a row.
struct RowOrigin: Sendable {
    let path: TreePath
    let modifiedRevision: Revision
}

/// Where the rows of a ``RowTable`` lie, to find one without touching a reference count.
///
/// A look-up in a `Dictionary` retains its storage and the key that it compares with. Two processors
/// that read pass the cache lines of these counts to and fro, and are slower than one alone. Here
/// entries are borrowed where they lie, and nothing is retained but what a row itself refers to.
///
/// It owns nothing: valid until the table changes.
@usableFromInline
struct RowLookup<Key: Hashable, Row> {
    /// A row and where it is from; not copyable, or its key would be retained to be compared.
    @usableFromInline
    struct Entry: ~Copyable {
        @usableFromInline let key: Key
        @usableFromInline let row: Row
        let origin: RowOrigin
    }

    /// The mark of each place's key, 0 where there is none.
    @usableFromInline let marks: UnsafeMutablePointer<Int>
    /// What is there, initialized where the mark is not 0.
    @usableFromInline let entries: UnsafeMutablePointer<Entry>
    /// The number of places, a power of two, less one.
    @usableFromInline let mask: Int

    /// Makes empty places, which somebody has to give back.
    init(places: Int) {
        marks = .allocate(capacity: places)
        marks.initialize(repeating: 0, count: places)
        entries = .allocate(capacity: places)
        mask = places - 1
    }

    /// The row of a key.
    @inlinable
    subscript(key: Key) -> Row? {
        let place = place(of: key, Self.mark(of: key))
        return marks[place] == 0 ? nil : entries[place].row
    }

    /// Where a key is, or else the empty place where it would be put.
    @inlinable
    func place(of key: Key, _ mark: Int) -> Int {
        var place = home(of: mark)
        while marks[place] != 0 {
            if marks[place] == mark, entries[place].key == key { return place }
            place = (place &+ 1) & mask
        }
        return place
    }

    /// The hash of a key, never 0.
    @inlinable
    static func mark(of key: Key) -> Int { key.hashValue | 1 }

    /// Where the search for a key begins.
    @inlinable
    func home(of mark: Int) -> Int { (mark &>> 1) & mask }
}
