import Foundation
import KhepriTree
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@testable import Khepri

@Suite("Backups") struct BackupTests {
    @Test func `random trees come back with every version, revision and condition`() async throws {
        for seed in TestRuns.seeds(usually: 40) {
            let store = try await TreeStore.inMemory()
            var writes = RandomWrites(seed: seed)
            for _ in 0..<60 { _ = try await store.perform(try writes.next()) }
            let source = try await store.backupSource()
            let disk = try SimulatedDisk.holding(try source.allBytes())
            let (backup, state) = try BackupFile.load("/backup", on: disk)
            #expect(backup == source.backup, "seed \(seed)")
            #expect(state.stateHash == store.stateHash, "seed \(seed)")
            #expect(state.revision == store.view.revision, "seed \(seed)")
            try await store.close()
        }
    }

    @Test func `a restored store has the nodes, and revisions far above those of the backup`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let (file, target) = (directory + "/file", directory + "/target")
            let store = try await TreeStore.open(at: directory + "/source")
            var writes = RandomWrites(seed: TestRuns.seed())
            for _ in 0..<200 { _ = try await store.perform(try writes.next()) }
            let backup = try await store.backup(to: file)
            #expect(backup.revision == store.view.revision)
            #expect(backup.nodeCount == store.statistics.nodeCount)
            #expect(backup.store == "default")
            #expect(try await TreeStore.restore(from: file, to: target) == backup)
            try await expectSame(target, as: store)

            let restored = try await TreeStore.open(at: target)
            #expect(restored.history != store.history)
            let next = try await restored.put(1, at: "/new").revision
            #expect(next.rawValue > backup.revision.rawValue + 1 << 32)
            // It is a store like any other: it goes on after a restart, and can be backed up.
            try await restored.close()
            let again = try await TreeStore.open(at: target)
            #expect(try await again.get("/new", as: Int.self) == 1)
            try await again.backup(to: file + "2")
            try await again.close()
            try await store.close()
        }
    }

    @Test func `a backup has all of its revision and nothing later`() async throws {
        let store = try await TreeStore.inMemory()
        let old = String(repeating: "old", count: 50)
        for number in 0..<3_000 { try await store.put(old, at: "/n/\("\(number)")/x") }
        let source = try await store.backupSource()
        let view = store.view
        var bytes: [UInt8] = []
        var number = 0
        // Between two pieces, nodes before and behind the place of the backup change.
        while let piece = try source.next() {
            bytes += piece
            for _ in 0..<20 {
                number += 1
                try await store.put("new", at: "/n/\("\(number * 37 % 3_000)")/x")
                try await store.put("new", at: "/m/\("\(number)")")
            }
        }
        // It came in so many pieces that there was much in between.
        #expect(number > 160)
        let (backup, state) = try BackupFile.load("/backup", on: SimulatedDisk.holding(bytes))
        #expect(backup.revision == view.revision)
        #expect(state.tree.nodeCount == view.count(matching: "/**") + 1)
        let loaded = TreeView(
            tree: state.tree, revision: state.revision,
            TreeReclamation(clock: SystemClock(), attendedBy: { _ in }))
        let all: TreePattern = "/**"
        #expect(
            try loaded.nodes(matching: all, as: Payload.self)
                == view.nodes(matching: all, as: Payload.self))
        try await store.close()
    }

    @Test func `several stores are restored into one directory, each under its name`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let host = try await StoreHost.open(at: directory + "/source")
            for name in ["default", "yard"] {
                let store = try await host.store(name)
                try await store.put(name, at: "/name")
                try await store.backup(to: directory + "/" + name)
            }
            try await host.close()
            let files = ["default", "yard"].map { directory + "/" + $0 }
            try await StoreHost.restore(from: files, to: directory + "/target")
            await expectError(.invalidOperation) {
                try await StoreHost.restore(from: [files[0], files[0]], to: directory + "/twice")
            }
            #expect(!FileManager.default.fileExists(atPath: directory + "/twice"))
            try await TreeStore.restore(from: files[1], to: directory + "/other", as: "default")

            let target = try await StoreHost.open(at: directory + "/target")
            #expect(target.storeNames == ["default", "yard"])
            for name in ["default", "yard"] {
                #expect(try await target.store(name).get("/name", as: String.self) == name)
            }
            try await target.close()
            let other = try await TreeStore.open(at: directory + "/other")
            #expect(try await other.get("/name", as: String.self) == "yard")
            try await other.close()
        }
    }

    @Test func `a file that is there is not written over, and a failed backup leaves none`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.inMemory()
            try Data([1]).write(to: URL(filePath: directory + "/there"))
            await expectError(.alreadyExists) { try await store.backup(to: directory + "/there") }
            await expectError(.cannotOpen) { try await store.backup(to: directory + "/no/file") }
            #expect(try Data(contentsOf: URL(filePath: directory + "/there")) == Data([1]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["there"])
            try await store.close()
            await expectError(.closed) { try await store.backup(to: directory + "/late") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["there"])
        }
    }

    @Test func `a directory with data is refused and stays as it is`() async throws {
        try await withTemporaryDirectory { directory in
            let (file, target) = (directory + "/file", directory + "/target")
            let store = try await TreeStore.open(at: target)
            try await store.put("mine", at: "/a")
            try await store.backup(to: file)
            await expectError(.locked) { try await TreeStore.restore(from: file, to: target) }
            try await store.put("mine still", at: "/a")
            try await store.close()
            let before = try contents(of: target)
            await expectError(.alreadyExists) {
                try await TreeStore.restore(from: file, to: target)
            }
            #expect(try contents(of: target) == before)
            // Not one that holds anything else, either.
            let foreign = directory + "/foreign"
            try FileManager.default.createDirectory(
                atPath: foreign, withIntermediateDirectories: false)
            try Data([1]).write(to: URL(filePath: foreign + "/letter"))
            await expectError(.cannotOpen) { try await TreeStore.restore(from: file, to: foreign) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: foreign) == ["letter"])
            try FileManager.default.removeItem(atPath: foreign + "/letter")
            try await TreeStore.restore(from: file, to: foreign)
            let restored = try await TreeStore.open(at: foreign)
            #expect(try await restored.get("/a", as: String.self) == "mine")
            try await restored.close()
        }
    }

    private func contents(of directory: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory)
        return Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, FileManager.default.contents(atPath: directory + "/" + $0) ?? Data())
            })
    }
}
