import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("Damage")
struct DamageTests {
    /// The bits to flip: all of a byte in a long run, one of each byte otherwise.
    private func bits(_ place: Int) -> [Int] {
        TestRuns.scale > 1 ? Array(0..<8) : [place % 8]
    }

    /// The bytes to flip: all that are used, and some of the rest.
    private func places(_ bytes: [UInt8]) -> [Int] {
        let last = bytes.lastIndex { $0 != 0 } ?? 0
        return bytes.indices.filter { place in
            place >= 4096 ? place <= last + 8 || place % 997 == 0 : place % 61 == 0 || place < 128
        }
    }

    @Test(arguments: [true, false])
    func `a flipped bit of the log is found, or hurts nothing`(isClosed: Bool) throws {
        let example = try ExampleDirectory(isClosed: isClosed)
        let path = ExampleDirectory.logPath
        var refusals = 0
        for place in places(example.disk.contents(of: path)) {
            for bit in bits(place) {
                let disk = example.damaged(path) { $0[place] ^= 1 << bit }
                do {
                    let recovered = try HostDirectory.open(on: disk).recovered
                    #expect(
                        example.model.complaint(about: recovered) == nil, "byte \(place) bit \(bit)"
                    )
                } catch let error as LogDeviceError {
                    refusals += 1
                    #expect(error.code == .corrupt, "byte \(place) bit \(bit): \(error)")
                    #expect(error.path == path)
                }
            }
        }
        #expect(refusals > 300)
    }

    @Test func `a flipped bit is found when entries are read back`() throws {
        let example = try ExampleDirectory(isClosed: true)
        let log = try HostDirectory.open(on: example.disk).host.log
        let bytes = example.disk.contents(of: ExampleDirectory.logPath)
        let group = TestSettings.group
        let entries = try log.entries(of: group, from: LogIndex(1), byteLimit: 1 << 20)
        var refusals = 0
        for place in 4096..<example.lastBatch.upperBound {
            var damaged = bytes
            damaged[place] ^= 4
            example.disk.replaceContents(of: ExampleDirectory.logPath, with: damaged)
            do {
                let read = try log.entries(of: group, from: LogIndex(1), byteLimit: 1 << 20)
                #expect(read == entries, "byte \(place)")
            } catch let error as LogDeviceError {
                refusals += 1
                #expect(error.code == .corrupt)
            }
        }
        #expect(refusals > 300)
    }

    @Test func `a flipped bit of a snapshot makes the one before it count`() throws {
        let example = try ExampleDirectory(isClosed: true)
        let path = try #require(example.disk.paths.last { $0.hasSuffix(".snapshot") })
        for place in example.disk.contents(of: path).indices {
            for bit in bits(place) {
                let disk = example.damaged(path) { $0[place] ^= 1 << bit }
                let findings = Lock<[StorageFinding]>([])
                let options = TestSettings.options(findings: findings)
                let host = try HostDirectory.open(on: disk, options: options).host
                let reader = try #require(try host.snapshots.openNewest(of: TestSettings.group))
                #expect(reader.metadata.position.index == LogIndex(3))
                #expect(try reader.readAll() == example.snapshots[3])
                #expect(findings.withLock { $0.map(\.path) } == [path])
            }
        }
    }

    @Test func `zeroed pages and swapped blocks of a closed log are found`() throws {
        let example = try ExampleDirectory(isClosed: true)
        // The trailer that closing wrote is left whole: it proves that all before was durable.
        let last = example.lastBatch.upperBound
        for start in stride(from: 4096, through: last - 128, by: 64) {
            let zeroed = example.damaged(ExampleDirectory.logPath) { bytes in
                for place in start..<start + 128 { bytes[place] = 0 }
            }
            #expect(errorCode { _ = try HostDirectory.open(on: zeroed) } == .corrupt)
            let moved = example.damaged(ExampleDirectory.logPath) { bytes in
                for place in start..<start + 64 { bytes.swapAt(place, place + 64) }
            }
            let code = errorCode {
                let recovered = try HostDirectory.open(on: moved).recovered
                #expect(example.model.complaint(about: recovered) == nil)
            }
            #expect(code == nil || code == .corrupt)
        }
    }

    @Test func `the offline check finds what opening refuses and changes nothing`() throws {
        let example = try ExampleDirectory(isClosed: true)
        let whole = try DirectoryVerifier.verify(TestSettings.directory, disk: example.disk)
        #expect(whole == [])
        for path in example.disk.paths where !path.contains("spare") && !path.hasSuffix("lock") {
            let size = example.disk.contents(of: path).count
            for place in stride(from: 1, to: min(size, example.lastBatch.upperBound), by: 37) {
                let disk = example.damaged(path) { $0[place] ^= 0x10 }
                let before = disk.paths.map { disk.contents(of: $0) }
                let calls = disk.calls.count
                let findings = try DirectoryVerifier.verify(TestSettings.directory, disk: disk)
                #expect(
                    findings.contains { $0.severity == .damage && $0.path.hasPrefix(path) },
                    "\(path) byte \(place): \(findings)")
                #expect(disk.paths.map { disk.contents(of: $0) } == before)
                let isReading = disk.calls[calls...].allSatisfy { call in
                    [.open, .read, .size, .close, .inspect, .list, .lock].contains(call.operation)
                }
                #expect(isReading)
            }
        }
    }
}

extension SnapshotReader {
    /// All state bytes.
    func readAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try next() { bytes += chunk }
        return bytes
    }
}
