import CBOR
import Foundation
import KhepriTree
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@testable import Khepri

@Suite("Damaged backups") struct DamagedBackupTests {
    /// The bytes of a backup of a few nodes, in several chunks if it is to be large.
    private static func example(isLarge: Bool = false) async throws -> [UInt8] {
        let store = try await TreeStore.inMemory()
        try await store.put("oak", at: "/stock/wood")
        try await store.put(2, at: "/s", keepWhile: [.path("/stock/wood", .exists(true))])
        if isLarge {
            for number in 0..<4 {
                try await store.put([UInt8](repeating: 7, count: 60_000), at: "/l/\("\(number)")")
            }
        }
        let bytes = try await store.backupSource().allBytes()
        try await store.close()
        return bytes
    }

    /// What is wrong with bytes in place of a backup; nothing may have been made of them.
    private static func complaint(_ bytes: [UInt8]) async throws -> StoreError.Code? {
        let disk = try SimulatedDisk.holding(bytes)
        var environment = HostEnvironment()
        environment.disk = disk
        environment.attendant = { _ in }
        do {
            _ = try await StoreHost.restore(
                [BackupSelection(file: "/backup")], to: "/target", environment: environment)
        } catch let error as StoreError {
            #expect(error.message.hasPrefix("/backup: "), "\(error)")
            #expect(try disk.kind(of: "/target") == .missing)
            return error.code
        }
        return nil
    }

    @Test func `a whole backup is taken`() async throws {
        #expect(try await Self.complaint(try await Self.example()) == nil)
        #expect(try await Self.complaint(try await Self.example(isLarge: true)) == nil)
    }

    @Test func `a backup that is cut off is refused, wherever the cut is`() async throws {
        let bytes = try await Self.example()
        for count in 0..<bytes.count {
            #expect(try await Self.complaint(Array(bytes[..<count])) == .corrupt, "\(count)")
        }
        let large = try await Self.example(isLarge: true)
        // Between two chunks, and before the trailer.
        let chunk = (64 << 10) + 8
        let head = Self.headByteCount(large)
        for cut in [head, head + chunk, head + 2 * chunk, large.count - 32, large.count - 1] {
            #expect(try await Self.complaint(Array(large[..<cut])) == .corrupt, "\(cut)")
        }
        #expect(try await Self.complaint(bytes + [0]) == .corrupt)
        #expect(try await Self.complaint(bytes + bytes) == .corrupt)
    }

    @Test func `a flipped bit is found, wherever it is`() async throws {
        let bytes = try await Self.example()
        for place in bytes.indices {
            for bit in TestRuns.scale > 1 ? Array(0..<8) : [place % 8] {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                #expect(try await Self.complaint(damaged) == .corrupt, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test func `chunks in another order, or of another backup, are found`() async throws {
        let (one, two) = (
            try await Self.example(isLarge: true), try await Self.example(isLarge: true)
        )
        let (head, chunk) = (Self.headByteCount(one), (64 << 10) + 8)
        #expect(head == Self.headByteCount(two))
        let (first, second) = (head..<head + chunk, head + chunk..<head + 2 * chunk)
        var swapped = one
        swapped.replaceSubrange(first, with: one[second])
        swapped.replaceSubrange(second, with: one[first])
        #expect(try await Self.complaint(swapped) == .corrupt)
        var mixed = one
        mixed.replaceSubrange(first, with: two[first])
        #expect(try await Self.complaint(mixed) == .corrupt)
        #expect(try await Self.complaint(Array(one[..<head] + two[head...])) == .corrupt)
    }

    @Test func `a backup of version 1 is still read`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/backup-v1/backup")
        let (backup, state) = try BackupFile.load(file.path)
        #expect(backup.store == "default")
        #expect(backup.nodeCount == 6)
        let tied = try #require(try state.tree.publicNode(at: "/tied", as: Int.self))
        #expect(tied.value == 1)
        let oak = try #require(try state.tree.publicNode(at: "/stock/wood/oak", as: Int.self))
        #expect((oak.value, oak.payloadVersion) == (3, 3))
    }

    @Test func `a newer format is named as such, and a foreign file as foreign`() async throws {
        let newer = CheckedHead(magic: "KHEPRIBK", version: 2, kind: "backup").encode([0xA0])
        #expect(try await Self.complaint(newer) == .newerFormat)
        let foreign = CheckedHead(magic: "KHEPRISN", version: 1, kind: "snapshot").encode([0xA0])
        for bytes in [foreign, Array("{\"format\":\"khepri-ops/1\"}\n".utf8), [], [0x1F, 0x8B]] {
            #expect(try await Self.complaint(bytes) == .corrupt)
        }
        await expectError(.cannotOpen) {
            try await TreeStore.restore(from: "/nowhere/file", to: "/nowhere/target")
        }
    }

    @Test func `a state that is not the one of the header is refused`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a")
        let (state, view) = try await store.engine.group.visit { $0.captureForBackup() }.get()
        let source = BackupSource(state, view, store: "default", salt: 5)
        let told = source.backup
        for lie in [
            StoreBackup(
                store: "default", revision: Revision(told.revision.rawValue + 1),
                nodeCount: 2, time: told.time, history: told.history),
            StoreBackup(
                store: "default", revision: told.revision, nodeCount: 3, time: told.time,
                history: told.history),
        ] {
            let source = BackupSource(
                try await store.engine.group.visit { $0.captureForBackup().0 }.get(), view,
                store: "default", salt: 5)
            let bytes = try source.allBytes()
            let header = BackupHeader(lie, salt: 5).encoded()
            let rest = bytes[Self.headByteCount(bytes)...]
            #expect(try await Self.complaint(header + rest) == .corrupt)
        }
        try await store.close()
    }

    @Test func `a revision that no store has reached is refused`() async throws {
        var machine = TreeMachine(history: SessionID(high: 1, low: 1))
        machine.begin(SessionID(high: 1, low: 2), after: Revision(.max - 5))
        let view = TreeView(
            tree: machine.tree, revision: machine.revision,
            TreeReclamation(clock: SystemClock(), attendedBy: { _ in }))
        let source = BackupSource(machine.makeSnapshot(), view, store: "default", salt: 1)
        #expect(try await Self.complaint(try source.allBytes()) == .corrupt)
    }

    @Test(arguments: ["", "../up", "a/b", String(repeating: "n", count: 65)])
    func `a store with a name that none can have is refused`(name: String) async throws {
        let store = try await TreeStore.inMemory()
        let (state, view) = try await store.engine.group.visit { $0.captureForBackup() }.get()
        let bytes = try BackupSource(state, view, store: name, salt: 1).allBytes()
        try await store.close()
        let disk = try SimulatedDisk.holding(bytes)
        var environment = HostEnvironment()
        environment.disk = disk
        environment.attendant = { _ in }
        let place = environment
        await expectError(.invalidOperation) {
            try await StoreHost.restore(
                [BackupSelection(file: "/backup")], to: "/target", environment: place)
        }
        #expect(try disk.kind(of: "/target") == .missing)
    }

    private static func headByteCount(_ bytes: [UInt8]) -> Int {
        let length = bytes[12..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
        return 16 + length + 4
    }
}
