import RaftStorage
import SimulationKit
import Testing

@Suite("The simulated disk")
struct SimulatedDiskTests {
    private let disk = SimulatedDisk()

    private func write(_ file: any DiskFile, _ byte: UInt8, count: Int, at offset: UInt64) throws {
        let bytes = [UInt8](repeating: byte, count: count)
        #expect(try bytes.withUnsafeBytes { try file.write($0, at: offset) } == count)
    }

    /// A flushed file of two sectors of ones.
    private func makeFile() throws -> any DiskFile {
        let file = try disk.open("/a", .create)
        try write(file, 1, count: 1024, at: 0)
        try file.flush()
        try disk.synchronizeDirectory("/")
        return file
    }

    @Test func `a power cut loses what was not flushed`() throws {
        let file = try makeFile()
        try write(file, 2, count: 600, at: 0)
        _ = try disk.open("/b", .create)
        disk.crash { _ in false }
        #expect(disk.contents(of: "/a") == [UInt8](repeating: 1, count: 1024))
        #expect(disk.paths == ["/a"])
    }

    @Test func `any subset of sectors and names may survive`() throws {
        let file = try makeFile()
        try write(file, 2, count: 1024, at: 0)
        _ = try disk.open("/b", .create)
        try disk.rename("/a", to: "/c")
        var items: [UnflushedItem] = []
        disk.copy().crash { item in
            items.append(item)
            return false
        }
        #expect(items.count == 4)
        disk.crash { $0 == items[1] || $0 == items[3] }
        let ones = [UInt8](repeating: 1, count: 512)
        #expect(disk.contents(of: "/c") == ones + ones.map { $0 + 1 })
        #expect(disk.paths == ["/c"])
    }

    @Test func `a file needs its name flushed as well as its bytes`() throws {
        let file = try disk.open("/a", .create)
        try write(file, 1, count: 10, at: 0)
        try file.flush()
        let copy = disk.copy()
        copy.crash { _ in false }
        #expect(copy.paths == [])
        try disk.synchronizeDirectory("/")
        disk.crash { _ in false }
        #expect(disk.contents(of: "/a").count == 10)
    }

    @Test func `a file whose removal is lost has its bytes, though its process ended before`()
        throws
    {
        let file = try disk.open("/a", .create)
        try write(file, 1, count: 10, at: 0)
        try file.flush()
        try disk.remove("/a")
        disk.killProcess()
        disk.crash { $0 == .names("create /a") }
        #expect(disk.contents(of: "/a") == [UInt8](repeating: 1, count: 10))
    }

    @Test func `after a failed flush the bytes are in the cache and never on the medium`() throws {
        let file = try makeFile()
        try write(file, 2, count: 512, at: 0)
        disk.fail(call: disk.calls.count, with: .error(DiskFault.inputOutput))
        #expect(throws: DiskError.self) { try file.flush() }
        #expect(disk.contents(of: "/a").first == 2)
        try file.flush()
        disk.crash { _ in true }
        #expect(disk.contents(of: "/a").first == 1)
    }

    @Test func `writing again after a failed flush brings the bytes to the medium`() throws {
        let file = try makeFile()
        try write(file, 2, count: 512, at: 0)
        disk.fail(call: disk.calls.count, with: .error(DiskFault.inputOutput))
        #expect(throws: DiskError.self) { try file.flush() }
        try write(file, 2, count: 512, at: 0)
        try file.flush()
        disk.crash { _ in false }
        #expect(disk.contents(of: "/a").first == 2)
    }

    @Test func `open files are dead after a crash, and the process's locks are gone`() throws {
        let file = try makeFile()
        guard case .taken(let lock) = try disk.lock("/lock") else {
            Issue.record("the lock is held by nobody")
            return
        }
        guard case .held = try disk.lock("/lock") else {
            Issue.record("the lock was given twice")
            return
        }
        disk.killProcess()
        #expect(throws: DiskError.self) { try file.flush() }
        #expect(throws: DiskError.self) { try lock.close() }
        guard case .taken = try disk.lock("/lock") else {
            Issue.record("the lock outlived its process")
            return
        }
    }

    @Test func `faults strike the call they are set for`() throws {
        let file = try makeFile()
        disk.fail(call: disk.calls.count, with: .shortWrite)
        let bytes = [UInt8](repeating: 3, count: 100)
        #expect(try bytes.withUnsafeBytes { try file.write($0, at: 0) } == 50)
        disk.fail(call: disk.calls.count, with: .halt)
        #expect(throws: DiskError.self) { try file.size() }
        #expect(throws: DiskError.self) { try disk.names(in: "/") }
        disk.crash { _ in false }
        #expect(try disk.names(in: "/") == ["a"])
    }

    @Test func `a full disk takes what fits, and overwriting needs no space`() throws {
        let file = try makeFile()
        disk.setCapacity(1100)
        let bytes = [UInt8](repeating: 3, count: 200)
        #expect(try bytes.withUnsafeBytes { try file.write($0, at: 1024) } == 76)
        let error = #expect(throws: DiskError.self) {
            try bytes.withUnsafeBytes { try file.write($0, at: 1100) }
        }
        #expect(error?.isOutOfSpace == true)
        try write(file, 4, count: 1100, at: 0)
        #expect(try disk.freeBytes(at: "/") == 0)
    }

    @Test func `the same seed makes the same choices`() throws {
        func survivors(_ seed: UInt64) throws -> [UInt8] {
            let disk = SimulatedDisk()
            let file = try disk.open("/a", .create)
            try write(file, 0, count: 51200, at: 0)
            try file.flush()
            try disk.synchronizeDirectory("/")
            try write(file, 1, count: 51200, at: 0)
            var random = SeededRandom(seed: seed)
            disk.crash(choosing: &random)
            return disk.contents(of: "/a")
        }
        #expect(try survivors(1) == survivors(1))
        #expect(try survivors(1) != survivors(2))
    }

    @Test func `random numbers are those of SplitMix64`() {
        var random = SeededRandom(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }
}
