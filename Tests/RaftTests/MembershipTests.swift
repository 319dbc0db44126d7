import Foundation
import Raft
import Testing

@Suite("Members that come and go", .timeLimit(.minutes(2))) struct MembershipTests {
    @Test func `a learner keeps up, becomes a voter, and counts`() async throws {
        try await Hosts.with(1) { hosts in
            try await hosts.groups[0].propose([1])
            try await hosts.addHost()
            let newcomer = hosts.hosts[1]
            try await hosts.groups[0].change(.add(newcomer.peer, promotes: false))
            try await hosts.groups[1].linearize()
            #expect(hosts.groups[1].read { $0.commands } == [[1]])
            #expect(hosts.groups[1].status.configuration.learners == [newcomer.member])

            let events = hosts.groups[0].events
            try await hosts.groups[0].change(.promote(newcomer.member))
            await events.waitForVoters(2)
            // Without it there is no majority any more.
            hosts.network.setIsolated(true, node: 2)
            await #expect(throws: RaftError.self) {
                try await hosts.groups[0].propose([2], timeout: .milliseconds(300))
            }
            hosts.network.setIsolated(false, node: 2)
            try await hosts.groups[0].propose([3], isRepeatable: true, timeout: .seconds(20))
        }
    }

    @Test func `a host that is added becomes a voter by itself`() async throws {
        try await Hosts.with(2) { hosts in
            let leader = try await hosts.leader()
            try await hosts.addHost()
            let events = hosts.groups[leader].events
            try await hosts.groups[leader].change(.add(hosts.hosts[2].peer))
            await events.waitForVoters(3)
            #expect(try await hosts.groups[2].propose([1], timeout: .seconds(20)).count == 1)
        }
    }

    @Test func `a member that is removed counts no more, and may be the leader`() async throws {
        try await Hosts.with(3) { hosts in
            let leader = try await hosts.leader()
            let gone = hosts.hosts[leader].member
            try await hosts.groups[leader].change(.remove(gone), timeout: .seconds(20))
            let next = (leader + 1) % 3
            let reply = try await hosts.groups[next].propose([1], timeout: .seconds(20))
            #expect(reply.count == 1)
            try await hosts.groups[next].linearize()
            #expect(!hosts.groups[next].status.configuration.allMembers.contains(gone))
        }
    }

    @Test func `a host that has lost its disk founds nothing, and is added as another member`()
        async throws
    {
        try await Hosts.with(3) { hosts in
            let voters = hosts.hosts.map(\.peer)
            let lost = (try await hosts.leader() + 1) % 3
            let former = hosts.hosts[lost].member
            try await hosts.hosts[lost].close()
            try FileManager.default.removeItem(atPath: hosts.path(lost))
            try await hosts.openHost(lost)
            let error = await #expect(throws: RaftError.self) {
                try await hosts.hosts[lost].group(hosts.id, voters: voters)
            }
            #expect(error?.code == .changeRefused)
            // Having been refused it can still wait.
            try await hosts.openGroup(lost)
            let leader = try await hosts.leader(besides: lost)
            try await hosts.groups[leader].change(.remove(former))
            let events = hosts.groups[leader].events
            try await hosts.groups[leader].change(.add(hosts.hosts[lost].peer))
            await events.waitForVoters(3)
            #expect(try await hosts.groups[lost].propose([1], timeout: .seconds(20)).count == 1)
        }
    }

    @Test func `the first members are not looked at in a group that exists`() async throws {
        try await Hosts.with(1) { hosts in
            try await hosts.groups[0].propose([1])
            try await hosts.hosts[0].close()
            try await hosts.openHost(0)
            let stranger = RaftPeer(MemberID(node: 9, incarnation: .random()))
            try await hosts.openGroup(0, voters: [stranger])
            #expect(hosts.groups[0].read { $0.commands } == [[1]])
            #expect(hosts.groups[0].status.configuration.voters == [hosts.hosts[0].member])
        }
    }

    @Test func `changes that cannot be made are refused, with the reason`() async throws {
        try await Hosts.with(2) { hosts in
            let leader = try await hosts.leader()
            let group = hosts.groups[leader]
            let stranger = MemberID(node: 9, incarnation: .random())
            for change: MembershipChange in [
                .remove(stranger), .promote(stranger), .setPriority(stranger, 1),
                .add(hosts.hosts[0].peer), .setAddress(of: RaftPeer(stranger, at: "a:1")),
            ] {
                let error = await #expect(throws: RaftError.self) {
                    try await group.change(change)
                }
                #expect(error?.code == .changeRefused, "\(change)")
            }
            let error = await #expect(throws: RaftError.self) {
                try await hosts.groups[1 - leader].change(.remove(hosts.hosts[leader].member))
            }
            #expect(error?.code == .notLeader)
        }
    }

    @Test func `the member with the highest priority leads`() async throws {
        try await Hosts.with(3) { hosts in
            let leader = try await hosts.leader()
            let preferred = hosts.hosts[(leader + 1) % 3].member
            let events = hosts.groups[leader].events
            try await hosts.groups[leader].change(.setPriority(preferred, 5))
            let next = await events.first { event in
                if case .leaderChanged(let leader, _) = event { leader } else { nil }
            }
            #expect(next == preferred)
            #expect(try await hosts.groups[leader].propose([1], timeout: .seconds(20)).count == 1)
        }
    }
}

extension AsyncStream<RaftGroupEvent> {
    /// Waits until so many members vote and no change is under way.
    fileprivate func waitForVoters(_ count: Int) async {
        for await case .configurationCommitted(let configuration) in self
        where !configuration.isJoint && configuration.voters.count == count { return }
    }
}
