import Foundation
import RaftRuntime
import RaftStorage
import Testing

@testable import Khepri

@Suite("A flush that fails") struct FailingFlushTests {
    @Test(arguments: [EIO, ENOSPC])
    func `stops the store, and what was acknowledged is there after opening`(
        code: Int32
    ) async throws {
        try await withTemporaryDirectory { directory in
            let place = directory + "/store"
            let disk = FailingDisk()
            var environment = HostEnvironment()
            environment.disk = disk
            let host = try await StoreHost.open(
                at: place, configuration: .init(), environment: environment)
            let store = try await host.store()
            try await store.put("durable", at: "/a")
            disk.failFlushes(with: code)
            do {
                try await store.put("unknown", at: "/b")
                Issue.record("a write was acknowledged though its flush failed")
            } catch let error as StoreError {
                #expect(error.code == .storageFailed)
                #expect(error.mayHaveBeenApplied)
            }
            disk.failFlushes(with: nil)
            await expectError(.storageFailed) { try await store.put("late", at: "/c") }
            #expect(try await store.get("/a", as: String.self) == "durable")
            try? await host.close()

            let again = try await TreeStore.open(at: place)
            #expect(try await again.get("/a", as: String.self) == "durable")
            #expect(try await again.get("/c", as: String.self) == nil)
            try await again.put("goes on", at: "/d")
            try await again.close()
        }
    }
}

/// The real disk, with flushes of files that can be made to fail.
private final class FailingDisk: Disk {
    private let disk = PosixDisk()
    private let code = Lock<Int32?>(nil)

    func failFlushes(with code: Int32?) {
        self.code.withLock { $0 = code }
    }

    fileprivate func checkFlush() throws {
        if let code = code.withLock({ $0 }) {
            throw DiskError(.flush, "planted", errno: code)
        }
    }

    func open(_ path: String, _ mode: DiskOpenMode) throws -> any DiskFile {
        FailingFile(file: try disk.open(path, mode), disk: self)
    }

    func rename(_ source: String, to target: String) throws {
        try disk.rename(source, to: target)
    }

    func remove(_ path: String) throws { try disk.remove(path) }

    func names(in directory: String) throws -> [String] { try disk.names(in: directory) }

    func makeDirectory(_ path: String) throws { try disk.makeDirectory(path) }

    func synchronizeDirectory(_ path: String) throws { try disk.synchronizeDirectory(path) }

    func kind(of path: String) throws -> DiskItemKind { try disk.kind(of: path) }

    func lock(_ path: String) throws -> DiskLock { try disk.lock(path) }

    func freeBytes(at directory: String) throws -> UInt64 { try disk.freeBytes(at: directory) }
}

private final class FailingFile: DiskFile {
    private let file: any DiskFile
    private let disk: FailingDisk

    init(file: any DiskFile, disk: FailingDisk) {
        self.file = file
        self.disk = disk
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.write(bytes, at: offset)
    }

    func flush() throws {
        try disk.checkFlush()
        try file.flush()
    }

    func resize(to size: UInt64) throws { try file.resize(to: size) }

    func size() throws -> UInt64 { try file.size() }

    func close() throws { try file.close() }
}
