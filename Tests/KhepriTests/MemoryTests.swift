import RaftRuntime
import RaftStorage
import TestSupport
import Testing

@testable import Khepri

@Suite("Memory of a host that is closed") struct MemoryTests {
    @Test func `nothing of it is left`() async throws {
        weak var host: StoreHost?
        weak var raft: RaftHost<StoreMachine>?
        weak var directory: HostDirectory?
        weak var log: WriteAheadLog?
        weak var machine: StoreMachine?
        try await withTemporaryDirectory { path in
            let opened = try await StoreHost.open(at: path + "/store")
            let store = try await opened.store()
            try await store.put(1, at: "/a")
            try await store.transaction { try $0.put(2, at: "/a") }
            let lease = try await store.lease(timeToLive: .seconds(60))
            try await store.put(3, at: "/b", keepWhile: [.lease(lease)])
            try await store.register(
                Trigger("copy", matching: "/a") { _ in try await store.put(4, at: "/c") })
            store.register(
                try Procedure("copy") { (transaction, value: Int) in
                    try transaction.put(value + store.procedures.count, at: "/d")
                    return value
                })
            for try await _ in store.changes(matching: "/**", since: .current) { break }
            (host, raft, directory) = (opened, opened.raft, opened.directory)
            (log, machine) = (opened.directory?.log, store.engine.machine)
            try await opened.close()
        }
        #expect(host == nil, "host")
        #expect(raft == nil, "raft")
        #expect(directory == nil, "directory")
        #expect(log == nil, "log")
        #expect(machine == nil, "machine")
    }
}
