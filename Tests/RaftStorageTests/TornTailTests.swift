import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

@Suite("Torn tails")
struct TornTailTests {
    @Test(arguments: [UInt8(0), 0xA5])
    func `a batch that ends at any byte is dropped whole`(rest: UInt8) throws {
        let example = try ExampleDirectory(isClosed: false)
        var before = example.model
        before.apply(LogBatch(TestSettings.group, .truncate(from: LogIndex(6))))
        for cut in example.lastBatch.dropLast() {
            let disk = example.damaged(ExampleDirectory.logPath) { bytes in
                for place in cut..<example.lastBatch.upperBound { bytes[place] = rest }
            }
            let isUnchanged =
                disk.contents(of: ExampleDirectory.logPath)
                == example.disk.contents(of: ExampleDirectory.logPath)
            let recovered = try HostDirectory.open(on: disk).recovered
            let expected = isUnchanged ? example.model : before
            #expect(expected.complaint(about: recovered) == nil, "cut at \(cut)")
        }
    }

    @Test func `a batch whose trailer survived a power cut without the rest is dropped`() throws {
        let disk = SimulatedDisk()
        let host = try HostDirectory.open(on: disk).host
        let group = TestSettings.group
        try host.log.write(LogBatch(group, .openGroup(name: "a"), .append(makeEntries(1...1))))
        var sectors: [UnflushedItem] = []
        let number = disk.calls.count + 1
        disk.fail(call: number, with: .halt)
        _ = errorCode {
            try host.log.write(LogBatch(group, .append(makeEntries(2...4, bytes: 900))))
        }
        disk.copy().crash { item in
            sectors.append(item)
            return false
        }
        #expect(sectors.count > 4)
        disk.crash { $0 == sectors.last }
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[group]?.entries == makeEntries(1...1))
    }

    @Test func `what a torn batch left behind never comes back`() throws {
        let disk = SimulatedDisk()
        var host = try HostDirectory.open(on: disk).host
        let group = TestSettings.group
        try host.log.write(LogBatch(group, .openGroup(name: "a"), .append(makeEntries(1...1))))
        disk.fail(call: disk.calls.count + 1, with: .halt)
        _ = errorCode {
            try host.log.write(LogBatch(group, .append(makeEntries(2...9, term: 2, bytes: 400))))
        }
        // All but the first sector survives: whole records follow the hole.
        var isFirst = true
        disk.crash { _ in
            defer { isFirst = false }
            return !isFirst
        }
        host = try HostDirectory.open(on: disk).host
        try host.log.write(LogBatch(group, .append(makeEntries(2...2, term: 3, bytes: 400))))
        disk.crash { _ in false }
        let recovered = try HostDirectory.open(on: disk).recovered
        let expected = makeEntries(1...1) + makeEntries(2...2, term: 3, bytes: 400)
        #expect(recovered[group]?.entries == expected)
    }
}
