import CBOR
import KhepriTree
import RaftCore
import RaftRuntime

// The stores of a cluster. The store `default` holds the catalogue of the others; each member opens and
// closes their groups as it applies changes of the catalogue, and the members of each follow those of
// `default`.
extension StoreHost {
    /// Opens or makes a replicated store.
    func replicatedStore(_ name: String) async throws -> TreeStore {
        let main = try await store()
        let component = try PathComponent(name)
        while true {
            if let entry = clusterStores.withLock({ $0.catalogue[component] }) {
                return try await opened(GroupID(entry.id))
            }
            // A host that is behind knows former members, or none: nobody would begin the store.
            try await main.catchUp(to: .linearizable)
            let entry = newEntry(component, main.engine.group.status.configuration)
            try await main.engine.change(.create(entry))
        }
    }

    /// Deletes a store on all members.
    ///
    /// The name is free at once: a store that is made under it is another one, and empty. Members that
    /// are down delete it when they are back. What is written on a member that has not heard of it
    /// goes with the store.
    /// - Parameters:
    ///   - name: Its name; the store `default` cannot be deleted.
    ///   - timeout: How long it may take, the host's default if nil.
    /// - Throws: ``StoreError`` `.storeNotFound`, `.invalidOperation` for `default` or a malformed
    ///   name, `.noQuorum`, `.timeout`, `.storageFailed`.
    public func deleteStore(_ name: String, timeout: Duration? = nil) async throws {
        try StoreName.validate(name)
        guard name != Self.defaultStoreName else {
            throw StoreError(.invalidOperation, "the store \(name) cannot be deleted")
        }
        guard try await hasStore(name, timeout: timeout) else {
            throw StoreError(.storeNotFound, "there is no store \(name)")
        }
        // Made known first, if it is from before the host had peers.
        let store = environment.cluster == nil ? nil : try await store(name)
        try await unlist(name, timeout: timeout)
        if store == nil { try await deleteGroup(of: name) }
    }

    /// Whether there is a store, as far as the leader of the cluster knows.
    package func hasStore(_ name: String, timeout: Duration? = nil) async throws -> Bool {
        if storeNames.contains(name) || name == Self.defaultStoreName { return true }
        guard environment.cluster != nil else { return false }
        try await store().catchUp(to: .linearizable, timeout: timeout)
        return storeNames.contains(name)
    }

    /// Takes a store out of the catalogue, if it is in one.
    private func unlist(_ name: String, timeout: Duration?) async throws {
        guard storeNames.contains(Self.defaultStoreName) else { return }
        let main = try await store()
        let component = try PathComponent(name)
        guard let entry = main.engine.machine.catalogue[component] else { return }
        try await main.engine.change(.delete(component, id: entry.id), timeout: timeout)
    }

    /// Deletes the group of a store that is on this host alone.
    private func deleteGroup(of name: String) async throws {
        let store = try await store(name)
        let failure = await withUnsafeContinuation { continuation in
            raft.forget(store.engine.group.id) { continuation.resume(returning: $0) }
        }
        if let failure { throw StoreError(failure, mayHaveBeenApplied: true) }
        forget(store)
    }

    /// A new store whose first members are those of the catalogue; or one that this host has already.
    private func newEntry(
        _ name: PathComponent, _ configuration: Configuration
    ) -> StoreCatalogue.Entry {
        if let known = clusterStores.withLock({ $0.unlistedGroup(named: name.string) }) {
            return StoreCatalogue.Entry(name: name, id: SessionID(known), founding: [])
        }
        let entropy = environment.entropy
        return StoreCatalogue.Entry(
            name: name, id: SessionID(high: entropy.next(), low: entropy.next()),
            founding: configuration.founding)
    }

    /// Waits until a group is open here.
    private func opened(_ group: GroupID) async throws -> TreeStore {
        while true {
            if let store = try clusterStores.withLock({ try $0.store(group) }) { return store }
            await withUnsafeContinuation { continuation in
                clusterStores.withLock { $0.join(group, continuation) }?.resume()
            }
        }
    }
}

// What happens on the driver's thread, or on the one that opens `default`.
extension StoreHost {
    /// Opens the groups that the log holds beside that of the catalogue.
    ///
    /// - Parameter lead: The group of the catalogue, and what the log holds of it.
    func openRecovered(following lead: GroupDescription<StoreMachine>) {
        let recovered = takeRecovered()
        clusterStores.withLock {
            $0.beginOpening(
                recovered.mapValues(\.name),
                awaiting: lead.recovered?.snapshot?.index ?? .zero)
        }
        for (id, group) in recovered.sorted(by: {
            ($0.value.name, $0.key) < ($1.value.name, $1.key)
        }) {
            open(id, named: group.name, recovered: group, founding: nil, following: lead.id)
        }
    }

    /// Opens and closes groups as the catalogue says.
    func catalogueApplied(
        _ catalogue: StoreCatalogue, _ index: LogIndex, isSnapshot: Bool, of lead: GroupID
    ) {
        let work = clusterStores.withLock {
            $0.take(catalogue, at: index, isSnapshot: isSnapshot)
        }
        for entry in work.opens {
            let founding = try? Configuration(encoded: entry.founding)
            open(
                GroupID(entry.id), named: entry.name.string, recovered: nil,
                founding: founding, following: lead)
        }
        for store in work.closes {
            raft.close(store.engine.group.id)
            endFollowers(of: store)
        }
        for id in work.forgets { raft.forget(id) }
        if !work.closes.isEmpty { raft.takeSnapshot(of: lead) }
    }

    /// Lets the log forget the groups whose deletion a snapshot covers.
    func catalogueCaptured(through index: LogIndex) {
        for id in clusterStores.withLock({ $0.takeForgettable(through: index) }) {
            raft.forget(id)
        }
    }

    private func open(
        _ id: GroupID, named name: String, recovered: RecoveredGroup?, founding: Configuration?,
        following lead: GroupID
    ) {
        let isFounder = founding?.allMembers.contains(member) ?? false
        var description = GroupDescription(
            id: id, name: name, member: member,
            machine: StoreMachine(history: id, member: member, reclamation),
            recovered: recovered, bootstrap: isFounder ? founding : nil)
        description.follows = lead
        let opening = StoreOpening(description, of: self)
        raft.open(opening.description) { [self] result in
            let store = result.map { opening.finish($0, of: self) }
                .mapError { storeError(for: $0, opening: name) }
            let (isInVain, waiting) = clusterStores.withLock { $0.endOpening(id, store) }
            if isInVain {
                raft.close(id)
                raft.takeSnapshot(of: lead)
                catalogueCaptured(through: .zero)
            }
            for continuation in waiting { continuation.resume() }
        }
    }
}

extension StoreEngine {
    /// Changes the catalogue, and returns when this member has applied it.
    fileprivate func change(_ change: CatalogueCommand, timeout: Duration? = nil) async throws {
        var writer = CBORWriter(capacity: 256)
        change.encode(into: &writer)
        let outcome = try CommandOutcome(
            await group.propose(
                writer.finish(), traits: .isRepeatable, timeout: timeout ?? configuration.timeout))
        if case .error(let error) = outcome.result { throw StoreError(error) }
    }
}

extension Configuration {
    /// What a new group begins with, so that it has these members from its first entry on.
    var founding: [UInt8] {
        func encoded(_ details: [Details]) -> [UInt8] {
            Configuration(
                voters: voters, learners: learners, promotable: promotable,
                priorities: priorities.filter { (voters + learners).contains($0.member) },
                details: details.filter { (voters + learners).contains($0.member) }
            ).encoded()
        }
        let whole = encoded(details)
        // What does not fit comes later: the members follow those of the catalogue.
        return whole.count <= StoreCatalogue.foundingBytesMaximum ? whole : encoded([])
    }
}
