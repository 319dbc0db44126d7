import KhepriTree
import RaftCore
import Testing

@testable import Khepri
@testable import KhepriTree

/// When the groups of a cluster's stores are opened, closed and forgotten.
@Suite("What a host does about the catalogue") struct ClusterStoresStateTests {
    private let id = SessionID(high: 1, low: 2)

    private func catalogue(_ commands: [CatalogueCommand]) -> StoreCatalogue {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        for (number, command) in commands.enumerated() {
            let context = ApplyContext(revision: Revision(UInt64(number + 1)), time: 1)
            _ = machine.apply(.catalogue(command), in: context)
        }
        return machine.catalogue
    }

    private var created: CatalogueCommand {
        .create(.init(name: "shop", id: id, founding: []))
    }

    /// A host that has the store open, and has applied its deletion at entry 10.
    private func deleted() async throws -> (stores: ClusterStores, work: ClusterStores.Work) {
        var stores = ClusterStores()
        let opened = stores.take(catalogue([created]), at: LogIndex(5), isSnapshot: false)
        #expect(opened.opens.map(\.id) == [id])
        #expect(stores.names == ["shop"])
        let store = try await TreeStore.inMemory()
        #expect(!stores.endOpening(GroupID(id), .success(store)).isInVain)
        let work = stores.take(
            catalogue([created, .delete("shop", id: id)]), at: LogIndex(10), isSnapshot: false)
        try await store.close()
        return (stores, work)
    }

    @Test func `a deleted store is closed at once, and forgotten once a snapshot covers that`()
        async throws
    {
        var (stores, work) = try await deleted()
        #expect(work.closes.count == 1)
        #expect(work.forgets.isEmpty)
        #expect(stores.names.isEmpty)
        #expect(stores.takeForgettable(through: LogIndex(9)).isEmpty)
        #expect(stores.takeForgettable(through: LogIndex(10)) == [GroupID(id)])
        #expect(stores.takeForgettable(through: LogIndex(11)).isEmpty)
    }

    @Test func `a store that is deleted while it is being opened is closed afterwards`()
        async throws
    {
        var stores = ClusterStores()
        _ = stores.take(catalogue([created]), at: LogIndex(5), isSnapshot: false)
        let work = stores.take(
            catalogue([created, .delete("shop", id: id)]), at: LogIndex(10), isSnapshot: true)
        #expect(work.closes.isEmpty)
        #expect(work.forgets.isEmpty)
        #expect(throws: StoreError.self) { try stores.store(GroupID(id)) }
        let store = try await TreeStore.inMemory()
        #expect(stores.endOpening(GroupID(id), .success(store)).isInVain)
        #expect(stores.takeForgettable(through: LogIndex(10)) == [GroupID(id)])
        try await store.close()
    }

    @Test func `what the catalogue never knew is kept, and offered under its name`() {
        var stores = ClusterStores()
        let group = GroupID(high: 8, low: 8)
        stores.beginOpening([group: "attic"])
        let work = stores.take(catalogue([created]), at: LogIndex(5), isSnapshot: true)
        #expect(work.closes.isEmpty && work.forgets.isEmpty)
        #expect(stores.names.sorted() == ["attic", "shop"])
        #expect(stores.unlistedGroup(named: "attic") == group)
        #expect(stores.unlistedGroup(named: "shop") == nil)
    }
}
