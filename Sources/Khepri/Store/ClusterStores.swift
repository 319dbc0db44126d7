import KhepriTree
import RaftCore

/// Which groups of a host with peers are open, beside that of the store that keeps the catalogue.
///
/// A group is open as soon as the log or the catalogue names it, and until the catalogue says that it
/// was deleted. What the log has of a deleted one goes when a snapshot covers the deletion: before, a
/// restart could see the creation again, and found a second group under the same identifier.
struct ClusterStores {
    private enum Slot {
        case opening
        /// It was deleted while it was being opened.
        case openingInVain
        case open(TreeStore)
        case failed(StoreError)
    }

    /// What a host has to do about its groups.
    struct Work {
        var opens: [StoreCatalogue.Entry] = []
        var closes: [TreeStore] = []
        var forgets: [GroupID] = []
    }

    /// The stores of the cluster, as far as this member knows.
    private(set) var catalogue = StoreCatalogue()
    private var slots: [GroupID: Slot] = [:]
    /// What the log calls the groups that it held at the start.
    private var recoveredNames: [GroupID: String] = [:]
    /// Closed groups, and where the list of stores was without them at the latest.
    private var gone: [GroupID: LogIndex] = [:]
    /// Where the newest snapshot of the list is.
    private var snapshotIndex = LogIndex.zero
    /// Where the newest one was at the start, as the log says.
    ///
    /// If it is damaged, the list begins with what an older one holds, and names stores of which the log
    /// was told to forget everything.
    private var awaitedIndex = LogIndex.zero
    private var waiting: [GroupID: [UnsafeContinuation<Void, Never>]] = [:]

    /// The names of all stores: those of the catalogue, and those that it does not know yet.
    var names: [String] {
        let listed = catalogue.entries.map(\.name.string)
        return listed + unlisted.map(\.name).filter { !listed.contains($0) }
    }

    var openStores: [TreeStore] {
        slots.values.compactMap { if case .open(let store) = $0 { store } else { nil } }
            .sorted { $0.name < $1.name }
    }

    /// Why stores could not be opened, by the order of their groups; they stay closed until the next start.
    var openingErrors: [StoreError] {
        slots.sorted { $0.key < $1.key }.compactMap {
            if case .failed(let error) = $0.value { error } else { nil }
        }
    }

    /// A group that this host made before it had peers.
    func unlistedGroup(named name: String) -> GroupID? {
        unlisted.first { $0.name == name }?.id
    }

    private var unlisted: [(id: GroupID, name: String)] {
        let known = Set(catalogue.entries.map(\.id) + catalogue.deleted)
        return recoveredNames.filter { !known.contains(SessionID($0.key)) }
            .map { (id: $0.key, name: $0.value) }.sorted { $0.name < $1.name }
    }

    /// Notes that the groups of the log are being opened.
    ///
    /// - Parameter index: Where the newest snapshot of the list is, as the log says.
    mutating func beginOpening(_ recovered: [GroupID: String], awaiting index: LogIndex) {
        recoveredNames = recovered
        awaitedIndex = index
        for group in recovered.keys { slots[group] = .opening }
    }

    /// Takes in the list of stores as it is after an entry.
    ///
    /// - Parameter isSnapshot: Whether it is from a snapshot that is durable here.
    mutating func take(
        _ catalogue: StoreCatalogue, at index: LogIndex, isSnapshot: Bool
    ) -> Work {
        var work = Work()
        guard index >= awaitedIndex else { return work }
        if catalogue != self.catalogue {
            self.catalogue = catalogue
            for entry in catalogue.entries where slots[GroupID(entry.id)] == nil {
                slots[GroupID(entry.id)] = .opening
                work.opens.append(entry)
            }
            for id in catalogue.deleted.map({ GroupID($0) }) {
                if let store = close(id, at: index) { work.closes.append(store) }
            }
        }
        if isSnapshot { work.forgets = takeForgettable(through: index) }
        return work
    }

    /// Notes a snapshot, and gives out what the log need not hold any longer.
    mutating func takeForgettable(through index: LogIndex) -> [GroupID] {
        snapshotIndex = max(snapshotIndex, index)
        let covered = gone.filter { group, index in
            if case .openingInVain = slots[group] { return false }
            return index <= snapshotIndex
        }.keys
        for group in covered { gone[group] = nil }
        return covered.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
    }

    /// Lets the stores go, which have the host.
    mutating func clear() { slots = [:] }

    /// Takes an open group out; one that is being opened goes afterwards.
    private mutating func close(_ group: GroupID, at index: LogIndex) -> TreeStore? {
        switch slots[group] {
        case .opening, .openingInVain:
            slots[group] = .openingInVain
            gone[group] = index
            return nil
        case .open(let store):
            slots[group] = nil
            gone[group] = index
            return store
        case .failed, nil: return nil
        }
    }

    /// Ends an opening.
    ///
    /// - Returns: Whether the group is to be closed again, and who waits.
    mutating func endOpening(
        _ group: GroupID, _ result: Result<TreeStore, StoreError>
    ) -> (isInVain: Bool, waiting: [UnsafeContinuation<Void, Never>]) {
        let waiting = waiting.removeValue(forKey: group) ?? []
        if case .openingInVain = slots[group] {
            slots[group] = nil
            return (true, waiting)
        }
        switch result {
        case .success(let store): slots[group] = .open(store)
        case .failure(let error): slots[group] = .failed(error)
        }
        return (false, waiting)
    }

    /// The open store of a group, or nil to wait; throws if it will never be there.
    func store(_ group: GroupID) throws -> TreeStore? {
        switch slots[group] {
        case .open(let store): return store
        case .opening: return nil
        case .failed(let error): throw error
        case .openingInVain, nil: throw StoreError(.storeNotFound, "the store was deleted")
        }
    }

    /// Waits for an opening; gives the continuation back if there is nothing to wait for.
    mutating func join(
        _ group: GroupID, _ continuation: UnsafeContinuation<Void, Never>
    ) -> UnsafeContinuation<Void, Never>? {
        guard case .opening = slots[group] else { return continuation }
        waiting[group, default: []].append(continuation)
        return nil
    }
}
