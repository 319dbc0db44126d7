import Foundation
import Raft
import Testing

@Suite("A host alone", .timeLimit(.minutes(2))) struct SingleHostTests {
    @Test func `commands are answered in order, and a read sees them`() async throws {
        try await Hosts.with(1) { hosts in
            let group = hosts.groups[0]
            let first = try await group.propose([1])
            let second = try await group.propose([2])
            #expect((first.count, second.count) == (1, 2))
            #expect(first.index < second.index)
            try await group.linearize()
            #expect(group.read { $0.commands } == [[1], [2]])
            #expect(group.status.role == .leader)
            #expect(group.status.appliedIndex.rawValue >= second.index)
        }
    }

    @Test func `a directory that is opened again holds what was answered`() async throws {
        try await Hosts.with(1) { hosts in
            for command in 0..<20 as Range<UInt8> { try await hosts.groups[0].propose([command]) }
            let before = hosts.groups[0].read { $0 }
            let member = hosts.hosts[0].member
            try await hosts.restart(0)
            #expect(hosts.groups[0].read { $0 } == before)
            #expect(hosts.hosts[0].member == member)
            #expect(try await hosts.groups[0].propose([20]).count == 21)
        }
    }

    @Test func `a snapshot and the log after it make the same state`() async throws {
        try await Hosts.with(1, adjusting: { $0.logBytesBeforeSnapshot = 2_000 }) { hosts in
            let events = hosts.groups[0].events
            for command in 0..<50 as Range<UInt8> {
                try await hosts.groups[0].propose([UInt8](repeating: command, count: 100))
            }
            let taken = await events.first { event in
                if case .snapshotTaken(let index) = event { index } else { nil }
            }
            #expect(taken != nil)
            let before = hosts.groups[0].read { $0 }
            try await hosts.restart(0)
            #expect(hosts.groups[0].status.snapshotIndex > LogIndex(0))
            #expect(hosts.groups[0].read { $0 } == before)
        }
    }

    @Test func `a snapshot of a newer version of the machine is refused`() async throws {
        try await Hosts.with(1, adjusting: { $0.logBytesBeforeSnapshot = 1 }) { hosts in
            let path = hosts.directory.appending(path: "other").path
            let newer = try await RaftHost<NewerJournal>.open(at: path)
            let group = try await newer.group(hosts.id, voters: [newer.peer])
            try await newer.close()
            _ = group
            var options = RaftHostOptions()
            options.logBytesBeforeSnapshot = 1
            let again = try await RaftHost<NewerJournal>.open(at: path, options: options)
            let reopened = try await again.group(hosts.id)
            let events = reopened.events
            try await reopened.propose([1])
            #expect(
                await events.first { event in
                    if case .snapshotTaken = event { true } else { nil }
                } == true)
            try await again.close()
            let older = try await RaftHost<Journal>.open(at: path)
            let error = await #expect(throws: RaftError.self) { try await older.group(hosts.id) }
            #expect(error?.code == .storageFailed)
            #expect(error?.message.contains("version 2") == true)
            try await older.close()
        }
    }

    @Test func `a group opens once, and a directory for one host`() async throws {
        try await Hosts.with(1) { hosts in
            let twice = await #expect(throws: RaftError.self) {
                try await hosts.hosts[0].group(hosts.id)
            }
            #expect(twice?.code == .alreadyOpen)
            try await hosts.groups[0].propose([1])
            let locked = await #expect(throws: RaftError.self) {
                try await RaftHost<Journal>.open(at: hosts.path(0))
            }
            #expect(locked?.code == .storageFailed)
        }
    }

    @Test func `a directory of another cluster is refused`() async throws {
        try await Hosts.with(1) { hosts in
            try await hosts.hosts[0].close()
            let options = RaftHostOptions(
                node: 1, in: .random(), transport: hosts.network.transport())
            let error = await #expect(throws: RaftError.self) {
                try await RaftHost<Journal>.open(at: hosts.path(0), options: options)
            }
            #expect(error?.code == .storageFailed)
            #expect(error?.message.contains("another cluster") == true)
        }
    }

    @Test func `a closed host answers, and its events end`() async throws {
        try await Hosts.with(1) { hosts in
            let group = hosts.groups[0]
            let events = group.events
            try await hosts.hosts[0].close()
            for await _ in events {}
            for await _ in group.events {}
            let error = await #expect(throws: RaftError.self) { try await group.propose([1]) }
            #expect(error?.code == .closed)
            #expect(error?.mayHaveBeenApplied == false)
            await #expect(throws: RaftError.self) { try await hosts.hosts[0].group(.random()) }
            try await hosts.hosts[0].close()
        }
    }

    @Test func `a command that is too large is refused, one that is not is not`() async throws {
        try await Hosts.with(1) { hosts in
            let group = hosts.groups[0]
            let large = try await group.propose([UInt8](repeating: 1, count: 16 << 20))
            #expect(large.count == 1)
            let error = await #expect(throws: RaftError.self) {
                try await group.propose([UInt8](repeating: 1, count: 16 << 20 + 1))
            }
            #expect(error?.code == .tooLarge)
            #expect(group.read { $0.lines.count } == 1)
        }
    }

    @Test func `groups of a host know nothing of each other`() async throws {
        try await Hosts.with(1) { hosts in
            let host = hosts.hosts[0]
            let other = try await host.group(.random(), voters: [host.peer])
            try await other.propose([7])
            try await hosts.groups[0].propose([1])
            try await hosts.restart(0)
            let again = try await hosts.hosts[0].group(other.id)
            #expect(again.read { $0.commands } == [[7]])
            #expect(hosts.groups[0].read { $0.commands } == [[1]])
        }
    }
}
