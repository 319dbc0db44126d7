import Raft
import Testing

@Suite("A group of several", .timeLimit(.minutes(2))) struct GroupTests {
    @Test func `any member takes commands, and every member shows them`() async throws {
        try await Hosts.with(3) { hosts in
            for command in 0..<9 as Range<UInt8> {
                let group = hosts.groups[Int(command) % 3]
                #expect(try await group.propose([command]).count == Int(command) + 1)
                // Its own write, without waiting for anybody.
                #expect(group.read { $0.commands.last } == [command])
            }
            try await hosts.catchUp()
            let states = hosts.groups.map { group in group.read { $0 } }
            #expect(states[0].commands == (0..<9).map { [$0] })
            #expect(Set(states).count == 1)
        }
    }

    @Test func `a linearizable read sees what another member was answered`() async throws {
        try await Hosts.with(3) { hosts in
            for command in 0..<12 as Range<UInt8> {
                try await hosts.groups[Int(command) % 3].propose([command])
                let reader = hosts.groups[Int(command + 1) % 3]
                try await reader.linearize()
                #expect(reader.read { $0.lines.count } == Int(command) + 1)
            }
        }
    }

    @Test func `a new leader goes on where the one before was`() async throws {
        try await Hosts.with(3) { hosts in
            try await hosts.groups[0].propose([1])
            let former = try await hosts.leader()
            let next = (former + 1) % 3
            try await hosts.groups[former].transferLeadership(to: hosts.hosts[next].member)
            #expect(try await hosts.groups[former].propose([2]).count == 2)
            #expect(try await hosts.leader() == next)
        }
    }

    @Test func `only the leader hands leadership over, and to members only`() async throws {
        try await Hosts.with(3) { hosts in
            let leader = try await hosts.leader()
            let follower = (leader + 1) % 3
            let refused = await #expect(throws: RaftError.self) {
                try await hosts.groups[follower].transferLeadership()
            }
            #expect(refused?.code == .notLeader)
            #expect(refused?.leader == hosts.hosts[leader].member)
            let stranger = MemberID(node: 9, incarnation: .random())
            let unknown = await #expect(throws: RaftError.self) {
                try await hosts.groups[leader].transferLeadership(to: stranger)
            }
            #expect(unknown?.code == .changeRefused)
            try await hosts.groups[leader].transferLeadership(to: hosts.hosts[leader].member)
            #expect(try await hosts.leader() == leader)
        }
    }

    @Test func `there is nobody to whom a sole voter could hand over`() async throws {
        try await Hosts.with(1) { hosts in
            let error = await #expect(throws: RaftError.self) {
                try await hosts.groups[0].transferLeadership()
            }
            #expect(error?.code == .changeRefused)
        }
    }

    @Test func `a member alone says that a command may have been applied`() async throws {
        try await Hosts.with(3) { hosts in
            try await hosts.groups[0].propose([1])
            let leader = try await hosts.leader()
            hosts.network.setIsolated(true, node: UInt64(leader) + 1)
            let write = await #expect(throws: RaftError.self) {
                try await hosts.groups[leader].propose([2], timeout: .milliseconds(300))
            }
            #expect(write?.mayHaveBeenApplied == true)
            let read = await #expect(throws: RaftError.self) {
                try await hosts.groups[leader].linearize(timeout: .milliseconds(300))
            }
            #expect(read?.mayHaveBeenApplied == false)
            // The others go on without it, and it takes over what they did.
            let next = try await hosts.leader(besides: leader)
            #expect(next != leader)
            try await hosts.groups[(leader + 1) % 3].propose([3], timeout: .seconds(20))
            hosts.network.setIsolated(false, node: UInt64(leader) + 1)
            try await hosts.catchUp()
            #expect(Set(hosts.groups.map { group in group.read { $0 } }).count == 1)
            #expect(hosts.groups[leader].read { $0.commands.contains([3]) })
        }
    }

    @Test func `a member that no leader reaches is told that none is known`() async throws {
        try await Hosts.with(3) { hosts in
            try await hosts.groups[0].propose([1])
            let follower = (try await hosts.leader() + 1) % 3
            let events = hosts.groups[follower].events
            hosts.network.setIsolated(true, node: UInt64(follower) + 1)
            #expect(await events.first { $0 == .quorumLost ? true : nil } == true)
            let error = await #expect(throws: RaftError.self) {
                try await hosts.groups[follower].propose([2], timeout: .milliseconds(100))
            }
            #expect(error?.code == .notLeader)
            #expect(error?.mayHaveBeenApplied == false)
            let again = hosts.groups[follower].events
            hosts.network.setIsolated(false, node: UInt64(follower) + 1)
            #expect(await again.first { $0 == .quorumRegained ? true : nil } == true)
            #expect(try await hosts.groups[follower].propose([3]).count == 2)
        }
    }

    @Test func `a member that lags behind the log takes over a snapshot`() async throws {
        try await Hosts.with(3, adjusting: { $0.logBytesBeforeSnapshot = 2_000 }) { hosts in
            let lagging = (try await hosts.leader() + 1) % 3
            let (leading, events) = (hosts.groups[(lagging + 2) % 3], hosts.groups[lagging].events)
            hosts.network.setIsolated(true, node: UInt64(lagging) + 1)
            for command in 0..<100 as Range<UInt8> {
                try await leading.propose([UInt8](repeating: command, count: 100))
            }
            hosts.network.setIsolated(false, node: UInt64(lagging) + 1)
            let installed = await events.first { event in
                if case .snapshotInstalled(let index) = event { index } else { nil }
            }
            #expect(installed != nil)
            try await hosts.catchUp()
            #expect(Set(hosts.groups.map { group in group.read { $0 } }).count == 1)
            #expect(hosts.groups[lagging].read { $0.lines.count } == 100)
        }
    }

    @Test func `nothing but the log decides the state, whichever way a member came to it`()
        async throws
    {
        try await Hosts.with(3, adjusting: { $0.logBytesBeforeSnapshot = 3_000 }) { hosts in
            for command in 0..<60 as Range<UInt8> {
                let content = [UInt8](repeating: command, count: 100)
                try await hosts.groups[Int(command) % 3].propose(content, timeout: .seconds(20))
                guard command % 20 == 19 else { continue }
                try await hosts.restart(Int(command) / 20)
                try await hosts.leader()
            }
            try await hosts.catchUp()
            let states = hosts.groups.map { group in group.read { $0 } }
            #expect(Set(states).count == 1)
            #expect(states[0].commands.map(\.first) == (0..<60).map { $0 })
            // Places and times only grow, over leaders and restarts.
            for (line, next) in zip(states[0].lines, states[0].lines.dropFirst()) {
                #expect(line.index < next.index)
                #expect(line.time <= next.time)
            }
        }
    }
}
