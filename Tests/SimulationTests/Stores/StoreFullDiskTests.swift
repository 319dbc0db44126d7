import Khepri
import SimulationKit
import Testing

@Suite("A full disk under a whole store")
struct StoreFullDiskTests {
    private let world = SimulatedWorld(seed: 5)
    private let history = StoreHistory()

    /// Writes until the disk is full; gives back the store and how many writes were taken.
    private func fill(
        _ host: SimulatedHost, spaceLeft: Int = 0
    ) throws -> (store: TreeStore, count: Int) {
        let store = try world.run { try await host.openStore() }
        host.disk.setCapacity(host.disk.usedBytes + spaceLeft)
        for count in 0..<1000 {
            let call = StoreCall.put(["a", "\(count)"], String(repeating: "x", count: 300))
            if let error = try perform(call, store) {
                #expect(error.code == .storageFull)
                #expect(!error.mayHaveBeenApplied)
                return (store, count)
            }
        }
        Issue.record("the disk is never full")
        return (store, 1000)
    }

    private func perform(_ call: StoreCall, _ store: TreeStore) throws -> StoreError? {
        try world.run { [history] in try await history.perform(call, on: store) }
    }

    private func get(_ path: TreePath, _ store: TreeStore) throws -> String? {
        try world.run { try await store.get(path, consistency: .linearizable) }
    }

    @Test func `refuses writes, serves reads and deletes, and goes on when there is space`() throws
    {
        let host = world.addHost()
        let (store, count) = try fill(host)
        #expect(count > 10)
        #expect(store.statistics.isStorageFull)
        #expect(try get("/a/0", store)?.count == 300)
        #expect(try perform(.delete(["a", "0"]), store) == nil)
        #expect(try perform(.clear(["a", "1"]), store) == nil)
        #expect(try perform(.deleteChildren(["b"]), store) == nil)
        #expect(try perform(.put(["b"], "refused"), store)?.code == .storageFull)
        #expect(try get("/a/0", store) == nil)
        #expect(try get("/b", store) == nil)

        host.disk.setCapacity(nil)
        #expect(try perform(.put(["b"], "taken"), store) == nil)
        #expect(!store.statistics.isStorageFull)
        #expect(try get("/b", store) == "taken")
        host.cutPower { _ in false }
        let check = StoreCheck(history)
        #expect(check.complaint(about: host, in: world, at: history.moment) == nil)
    }

    @Test func `keeps its reserve for what frees space, however often it is asked for more`() throws
    {
        let host = world.addHost()
        let (store, count) = try fill(host)
        for number in 0..<50 {
            let value = String(repeating: "y", count: 300)
            #expect(try perform(.put(["b", "\(number)"], value), store)?.code == .storageFull)
            #expect(try perform(.delete(["a", "\(number % count)"]), store) == nil)
        }
        host.cutPower { _ in false }
        let check = StoreCheck(history)
        host.disk.setCapacity(nil)
        #expect(check.complaint(about: host, in: world, at: history.moment) == nil)
    }

    @Test func `writes again when deletes have let a snapshot and the log shrink`() throws {
        let host = world.addHost()
        let (store, _) = try fill(host, spaceLeft: 12 << 10)
        #expect(try perform(.deleteChildren(["a"]), store) == nil)
        var refused = 0
        while refused < 200, try perform(.put(["b"], "taken"), store) != nil {
            try #require(try perform(.delete(["a"]), store) == nil, "after \(refused) deletes")
            refused += 1
        }
        #expect((1..<200).contains(refused))
        #expect(try get("/b", store) == "taken")
        let check = StoreCheck(history)
        host.cutPower { _ in false }
        host.disk.setCapacity(nil)
        #expect(check.complaint(about: host, in: world, at: history.moment) == nil)
    }

    @Test func `a store that cannot even delete loses nothing, and says what it does not know`()
        throws
    {
        let host = world.addHost()
        let (store, count) = try fill(host)
        var refused = 0
        for number in 0..<1000 {
            let call = StoreCall.clear(["a", "\(number % count)"])
            guard let error = try perform(call, store) else { continue }
            #expect(error.code == .storageFull)
            refused += 1
            if refused == 3 { break }
        }
        #expect(refused == 3)
        #expect(try get("/a/0", store) == nil)
        host.disk.setCapacity(nil)
        #expect(try perform(.put(["b"], "taken"), store) == nil)
        host.cutPower { _ in false }
        let check = StoreCheck(history)
        #expect(check.complaint(about: host, in: world, at: history.moment) == nil)
    }

    @Test func `a full disk when the store is opened loses nothing`() throws {
        let host = world.addHost()
        let (_, count) = try fill(host)
        host.cutPower { _ in false }
        let opened = try world.run { try await host.openStore() }
        #expect(try get(TreePath("/a/\(count - 1)"), opened)?.count == 300)
        for size in [1, 9000] {
            let error = try perform(.put(["b"], String(repeating: "x", count: size)), opened)
            #expect(error?.code == .storageFull)
            #expect(error?.mayHaveBeenApplied == false)
        }
        #expect(try perform(.deleteChildren(["a"]), opened) == nil)
    }
}
