import Foundation
import Khepri
import Synchronization
import Testing

@Suite("A store in a directory") struct PersistenceTests {
    @Test func `what was written is there after closing and opening`() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.open(at: directory + "/store")
            try await store.put("oak", at: "/stock/wood/1")
            try await store.put(2, at: "/s", keepWhile: [.path("/stock/wood/1", .exists(true))])
            let before = try #require(try await store.node(at: "/s", as: Int.self))
            try await store.close()

            let again = try await TreeStore.open(at: directory + "/store")
            #expect(try await again.get("/stock/wood/1", as: String.self) == "oak")
            #expect(try await again.node(at: "/s", as: Int.self) == before)
            let receipt = try await again.delete("/stock/wood/1")
            #expect(receipt.expired.contains("/s"))
            try await again.close()
        }
    }

    @Test func `a store that took snapshots and dropped its log is whole after opening`()
        async throws
    {
        var configuration = StoreConfiguration.small
        configuration.snapshotLogBytesMinimum = 64 << 10
        let settings = configuration
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.open(at: directory + "/store", configuration: settings)
            let value = [UInt8](repeating: 7, count: 4_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        for number in 0..<200 {
                            try await store.put(
                                value, at: "/data/\("t\(task)")/\("n\(number % 20)")")
                        }
                        try await store.put(task, at: "/data/\("t\(task)")")
                    }
                }
                try await group.waitForAll()
            }
            let statistics = store.statistics
            let revision = store.view.revision
            #expect(statistics.snapshotRevision > .zero)
            #expect(statistics.nodeCount == 1 + 1 + 8 + 160)
            try await store.close()

            let again = try await TreeStore.open(at: directory + "/store", configuration: settings)
            #expect(again.view.revision >= revision)
            #expect(again.statistics.nodeCount == statistics.nodeCount)
            #expect(again.statistics.payloadBytes == statistics.payloadBytes)
            for task in 0..<8 {
                let path: TreePath = "/data/\("t\(task)")"
                #expect(try await again.get(path, as: Int.self) == task)
                let node = try await again.node(at: path.child("n19"), as: [UInt8].self)
                #expect(node?.value == value)
                #expect(node?.payloadVersion == 1)
            }
            try await again.close()
        }
    }

    @Test func `an opening tells how far it has come, to the end of each phase`() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.open(at: directory + "/store")
            for number in 0..<100 { try await store.put(number, at: "/\(String(number))") }
            try await store.close()

            let calls = Mutex<[RecoveryProgress]>([])
            var configuration = StoreConfiguration()
            configuration.recoveryProgress = { progress in calls.withLock { $0.append(progress) } }
            let again = try await TreeStore.open(
                at: directory + "/store", configuration: configuration)
            let (reading, applying) = calls.withLock { calls in
                (calls.filter { $0.phase == .reading }, calls.filter { $0.phase == .applying })
            }
            for phase in [reading, applying] {
                let last = try #require(phase.last)
                #expect(last.completed == last.total)
                #expect(phase.map(\.completed) == phase.map(\.completed).sorted())
            }
            #expect(reading.allSatisfy { $0.store.isEmpty && $0.total > 100 })
            #expect(applying.allSatisfy { $0.store == "default" && $0.total >= 100 })
            try await again.close()
        }
    }

    @Test func `a directory that is open is refused, and says so`() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.open(at: directory + "/store")
            await expectError(.locked) { try await TreeStore.open(at: directory + "/store") }
            try await store.close()
            let again = try await TreeStore.open(at: directory + "/store")
            try await again.close()
        }
    }

    @Test func `a directory that is not a store is refused, and nothing in it changes`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            try Data("mine".utf8).write(to: URL(fileURLWithPath: directory + "/notes.txt"))
            await expectError(.cannotOpen) { try await TreeStore.open(at: directory) }
            await expectError(.cannotOpen) {
                try await TreeStore.open(at: directory + "/notes.txt")
            }
            await expectError(.cannotOpen) {
                try await TreeStore.open(at: directory + "/missing/store")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(names.filter { $0 != "lock" } == ["notes.txt"])
        }
    }

    @Test func `several stores share a directory and stay apart`() async throws {
        try await withTemporaryDirectory { directory in
            let host = try await StoreHost.open(at: directory + "/host")
            let stock = try await host.store("stock")
            let users = try await host.store("users")
            try await stock.put(1, at: "/a")
            try await users.put(2, at: "/a")
            #expect(try await host.store("stock") === stock)
            await expectError(.invalidOperation) { try await host.store("no/slash") }
            try await host.close()

            let again = try await StoreHost.open(at: directory + "/host")
            #expect(again.storeNames == ["stock", "users"])
            #expect(try await again.store("stock").get("/a", as: Int.self) == 1)
            #expect(try await again.store("users").get("/a", as: Int.self) == 2)
            try await again.close()
        }
    }

    @Test func `files are for their owner only`() async throws {
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.open(at: directory + "/store")
            try await store.put(1, at: "/a")
            try await store.close()
            let files = FileManager.default.enumerator(atPath: directory + "/store")?.allObjects
            for case let name as String in files ?? [] {
                let attributes = try FileManager.default.attributesOfItem(
                    atPath: directory + "/store/" + name)
                let mode = try #require(attributes[.posixPermissions] as? Int)
                #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
            }
        }
    }

    @Test func `a flipped bit in the log is an error, or nothing was lost`() async throws {
        try await withTemporaryDirectory { directory in
            let place = directory + "/store"
            let store = try await TreeStore.open(at: place)
            for number in 0..<5 { try await store.put(number, at: "/n\(String(number))") }
            try await store.close()
            let log = place + "/log/wal-0000000000000001.log"
            let whole = try Data(contentsOf: URL(fileURLWithPath: log))
            let used = (whole.lastIndex { $0 != 0 } ?? 0) + 1
            for byte in stride(from: 0, to: used, by: 7) {
                var damaged = whole
                damaged[byte] ^= 1 << UInt8(byte % 8)
                try damaged.write(to: URL(fileURLWithPath: log))
                do {
                    let again = try await TreeStore.open(at: place)
                    let count = again.view.count(matching: "/*")
                    try await again.close()
                    #expect(count == 5, "byte \(byte): \(count) nodes, and no error")
                } catch let error as StoreError {
                    #expect(
                        [.corrupt, .newerFormat].contains(error.code), "byte \(byte): \(error)")
                }
                try FileManager.default.removeItem(atPath: log)
                try whole.write(to: URL(fileURLWithPath: log))
                for name in try FileManager.default.contentsOfDirectory(atPath: place + "/log")
                where name.hasPrefix("wal-") && name != "wal-0000000000000001.log" {
                    try FileManager.default.removeItem(atPath: place + "/log/" + name)
                }
            }
        }
    }
}
