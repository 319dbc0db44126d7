import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Recovery")
struct RecoveryTests {
    @Test func `a restart applies the whole log again, in order and once`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        for byte in 0..<20 { _ = manual.propose([UInt8(byte)], to: group) }
        manual.drain()
        let next = ManualHost(log: manual.log)
        let machine = JournalMachine()
        let again = try next.open(machine: machine)
        #expect(machine.commands == (0..<20).map { [$0] })
        #expect(machine.state.withLock { $0.localCount } == 0)
        #expect(again.appliedIndex == LogIndex(23))
        #expect(again.status.term == Term(3))
    }

    @Test func `what a snapshot includes is not kept while the state is restored`() {
        let entries = (UInt64(1)...10).map { index in
            LogEntry(
                index: LogIndex(index), term: Term(1), kind: .command, time: 0, payload: [1, 2])
        }
        let group = RecoveredGroup(
            name: "journal", term: Term(1), vote: nil, snapshot: nil, entries: entries)
        let copy = group
        #expect(group.takeEntries(after: LogIndex(7)) == Array(entries[7...]))
        #expect(copy.entries.isEmpty, "whoever else has the group keeps nothing alive")
    }

    @Test func `recovery tells how far it is`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        for byte in 0..<20 { _ = manual.propose([UInt8(byte)], to: group) }
        manual.drain()
        let next = ManualHost(log: manual.log) { $0.replaySliceMaximum = 8 }
        _ = try next.open()
        let replayed = next.events.withLock { events in
            events.compactMap { event -> [UInt64]? in
                guard case .replayed(let index, let end) = event else { return nil }
                return [index.rawValue, end.rawValue]
            }
        }
        #expect(replayed == [[8, 22], [16, 22], [22, 22]])
    }

    @Test func `opening waits until everything is applied`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        for byte in 0..<200 { _ = manual.propose([UInt8(byte)], to: group) }
        manual.drain()
        let next = ManualHost(log: manual.log) { $0.replaySliceMaximum = 1 }
        let machine = JournalMachine()
        let opened = Answer<Int>()
        next.host.open(next.description(machine)) { _ in opened.set(machine.commands.count) }
        next.drain()
        #expect(opened.value == 200)
    }

    @Test func `a new group is recorded with its name before anything else`() throws {
        let manual = ManualHost()
        _ = try manual.open()
        let first = manual.log.state.withLock { $0.batches[0].writes.map(\.write) }
        #expect(first.first == .openGroup(name: "journal"))
        #expect(first.count == 4)
        _ = try ManualHost(log: manual.log).open()
        let opens = manual.log.state.withLock { state in
            state.batches.flatMap(\.writes).filter { $0.write == .openGroup(name: "journal") }
        }
        #expect(opens.count == 1)
    }

    @Test func `the time goes on from the log's after a restart`() throws {
        let manual = ManualHost()
        manual.clock.setDate(5_000)
        let group = try manual.open()
        _ = manual.propose([1], to: group)
        manual.drain()
        let next = ManualHost(log: manual.log)
        next.clock.setDate(1_000)
        let again = try next.open()
        _ = next.propose([2], to: again)
        next.drain()
        #expect(again.machine.state.withLock { $0.times } == [5_000, 5_000])
    }

    @Test func `entries that no server can have written are refused`() throws {
        let manual = ManualHost()
        _ = try manual.open()
        manual.log.state.withLock { $0.groups[ManualHost.group]?.entries[1].term = Term(99) }
        #expect { try ManualHost(log: manual.log).open() } throws: { error in
            (error as? LogDeviceError)?.code == .corrupt
        }
    }
}
