import Foundation
import RaftCore
import RaftRuntime
import RaftStorage
import Testing

@Suite("The disk of this machine")
final class PosixDiskTests {
    private let disk = PosixDisk()
    private let root: String

    init() throws {
        root = NSTemporaryDirectory() + "khepri-\(UUID().uuidString)"
        try disk.makeDirectory(root)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `a file is written, read, resized and closed`() throws {
        let file = try disk.open(root + "/a", .create)
        let written = try Array("hello".utf8).withUnsafeBytes { try file.write($0, at: 3) }
        #expect(written == 5)
        try file.flush()
        var bytes = [UInt8](repeating: 9, count: 10)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        #expect(count == 8)
        #expect(Array(bytes.prefix(8)) == [0, 0, 0] + Array("hello".utf8))
        try file.resize(to: 4)
        #expect(try file.size() == 4)
        try file.close()
        #expect(try permissions(root + "/a") == 0o600)
        #expect(try permissions(root) == 0o700)
    }

    #if os(Linux)
    @Test func `a file never takes the place of a closed standard stream`() async {
        await #expect(processExitsWith: .success) {
            let path = NSTemporaryDirectory() + "khepri-\(UUID().uuidString)"
            for stream: Int32 in 0...2 { close(stream) }
            let files = try (0..<4).map { try PosixDisk().open("\(path)-\($0)", .create) }
            // What other parts of the process open may be there.
            let isTaken = (0...2).contains { stream in
                let link = "/proc/self/fd/\(stream)"
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
                return target?.contains(path) ?? false
            }
            for number in files.indices { try PosixDisk().remove("\(path)-\(number)") }
            exit(isTaken ? 1 : 0)
        }
    }
    #endif

    @Test func `names are listed, changed and removed`() throws {
        for name in ["b", "a", "é"] { try disk.open(root + "/" + name, .create).close() }
        try disk.rename(root + "/b", to: root + "/c")
        try disk.synchronizeDirectory(root)
        #expect(try disk.names(in: root) == ["a", "c", "é"])
        try disk.remove(root + "/c")
        #expect(try disk.kind(of: root + "/c") == .missing)
        #expect(try disk.kind(of: root + "/a") == .file)
        #expect(try disk.kind(of: root) == .directory)
        #expect(try disk.freeBytes(at: root) > 0)
    }

    @Test func `errors name the call, the file and the reason`() throws {
        let path = root + "/missing"
        let error = #expect(throws: DiskError.self) { try disk.open(path, .readOnly) }
        #expect(error?.isMissing == true)
        #expect(error?.description.contains("\(path): cannot open: No such file") == true)
        _ = try disk.open(path, .create)
        #expect(throws: DiskError.self) { try disk.open(path, .create) }
        #expect(throws: DiskError.self) { try disk.names(in: path) }
        #expect(throws: DiskError.self) { try disk.makeDirectory(root + "/x/y") }
    }

    @Test func `a lock keeps out a second opening, of this process too`() throws {
        let path = root + "/lock"
        guard case .taken(let first) = try disk.lock(path) else {
            Issue.record("the lock is held by nobody")
            return
        }
        guard case .held(let holder) = try disk.lockSilently(path) else {
            Issue.record("the lock was given twice")
            return
        }
        #expect(holder == "\(ProcessInfo.processInfo.processIdentifier)")
        try first.close()
        guard case .taken = try disk.lock(path) else {
            Issue.record("the lock was not given back")
            return
        }
    }

    @Test func `a directory of the default size opens, works and opens again`() throws {
        let path = root + "/store"
        let options = LogOptions(randomBits: { .random(in: 0 ... .max) })
        let clock = ContinuousClock()
        let start = clock.now
        let host = try HostDirectory.open(path, disk: disk, options: options).host
        print("a new directory opened in \(clock.now - start)")
        host.log.makeSpares()
        #expect(host.log.bytesOnDisk == 3 << 20)
        let group = TestSettings.group
        let entries = makeEntries(1...3000, bytes: 1000)
        try host.log.write(LogBatch(group, .openGroup(name: "default")))
        for first in stride(from: 0, to: 3000, by: 100) {
            try host.log.write(LogBatch(group, .append(Array(entries[first..<first + 100]))))
        }
        try host.close()
        let opened = try HostDirectory.open(path, disk: disk, options: options)
        #expect(opened.recovered[group]?.entries == entries)
        #expect(opened.recovered[group]?.name == "default")
        try opened.host.close()
        #expect(try DirectoryVerifier.verify(path, disk: disk) == [])
    }

    @Test func `a second process is told who has the directory`() throws {
        let path = root + "/store"
        let options = LogOptions(randomBits: { .random(in: 0 ... .max) })
        let host = try HostDirectory.open(path, disk: disk, options: options).host
        defer { try? host.close() }
        do {
            _ = try HostDirectory.open(path, disk: disk, options: options)
            Issue.record("opened twice")
        } catch let error as LogDeviceError {
            #expect(error.code == .locked)
            let number = ProcessInfo.processInfo.processIdentifier
            #expect(error.message == "process \(number) has the directory open")
        }
    }
}
