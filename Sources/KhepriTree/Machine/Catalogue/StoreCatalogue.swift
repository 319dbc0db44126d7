/// The stores of a cluster beside the one that holds the list: which name is which group, and who its
/// first members were.
///
/// It is a part of the state of the store `default`, so all members agree on it. An identifier is
/// never used again: a store that is made under the name of a former one has nothing to do with it.
package struct StoreCatalogue: Hashable, Sendable {
    /// The most stores.
    package static let storesMaximum = 1_000
    /// The most bytes that say who the first members of a store are.
    package static let foundingBytesMaximum = 8 << 10

    /// One store.
    package struct Entry: Hashable, Sendable {
        package let name: PathComponent
        /// Names its group for ever.
        package let id: SessionID
        /// The first members of the group, in the core's encoding; never looked into here.
        package let founding: [UInt8]

        package init(name: PathComponent, id: SessionID, founding: [UInt8]) {
            self.name = name
            self.id = id
            self.founding = founding
        }
    }

    /// How many deleted stores are remembered.
    package static let deletedMaximum = 1_000

    /// In the order of their names.
    package private(set) var entries: [Entry] = []
    /// The last stores that were deleted, the newest last: what a host has of them is of no use.
    package private(set) var deleted: [SessionID] = []
    /// The sum over all entries and deleted stores.
    private(set) var hash: UInt128 = 0

    /// No stores.
    package init() {}

    /// The stores that a snapshot holds.
    ///
    /// - Precondition: They are in the order of their names, which differ.
    init(sorted entries: [Entry], deleted: [SessionID]) {
        self.entries = entries
        self.deleted = deleted
        hash = entries.reduce(0) { $0 &+ $1.hash }
        hash = deleted.reduce(hash) { $0 &+ Self.hash(ofDeleted: $1) }
    }

    /// Whether there is nothing to be kept.
    var isEmpty: Bool { entries.isEmpty && deleted.isEmpty }

    /// The store with a name.
    package subscript(name: PathComponent) -> Entry? {
        let place = place(of: name)
        return place < entries.count && entries[place].name == name ? entries[place] : nil
    }

    /// Adds a store unless there is one with the name, or one too many; none comes back.
    mutating func add(_ entry: Entry) -> OperationError? {
        guard self[entry.name] == nil else { return nil }
        guard !deleted.contains(entry.id) else {
            return OperationError(.invalidOperation, "the store was deleted")
        }
        guard entries.count < Self.storesMaximum else {
            return OperationError(
                .invalidOperation, "expected \(Self.storesMaximum) stores at most")
        }
        entries.insert(entry, at: place(of: entry.name))
        hash &+= entry.hash
        return nil
    }

    /// Removes a store if it is still the one with the name.
    mutating func remove(_ name: PathComponent, id: SessionID) {
        guard let entry = self[name], entry.id == id else { return }
        entries.remove(at: place(of: name))
        hash &-= entry.hash
        deleted.append(id)
        hash &+= Self.hash(ofDeleted: id)
        guard deleted.count > Self.deletedMaximum else { return }
        hash &-= Self.hash(ofDeleted: deleted.removeFirst())
    }

    /// Gives each store another group, with the first members there are now.
    package mutating func renew(founding: [UInt8], _ id: (Entry) -> SessionID) {
        self = StoreCatalogue(
            sorted: entries.map { Entry(name: $0.name, id: id($0), founding: founding) },
            deleted: deleted)
    }

    private static func hash(ofDeleted id: SessionID) -> UInt128 {
        var hash = StateHash.begin(id)
        hash.append(6)
        return hash.finish()
    }

    /// Where a name is, or would be.
    private func place(of name: PathComponent) -> Int {
        entries.firstIndex { $0.name >= name } ?? entries.count
    }
}

extension StoreCatalogue.Entry {
    /// The part of the state hash.
    fileprivate var hash: UInt128 {
        var hash = StateHash.begin(id)
        hash.append(5)
        hash.append(name)
        founding.withUnsafeBytes { hash.append($0) }
        return hash.finish()
    }
}
