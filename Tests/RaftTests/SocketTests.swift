import Foundation
import Logging
import Raft
import Testing

@Suite("Hosts over sockets", .timeLimit(.minutes(2))) struct SocketTests {
    @Test func `three hosts agree, and one that was away catches up`() async throws {
        try await Hosts.with(3, by: .loopback) { hosts in
            for command in 0..<9 as Range<UInt8> {
                let reply = try await hosts.groups[Int(command) % 3]
                    .propose([command], timeout: .seconds(20))
                #expect(reply.count == Int(command) + 1)
            }
            try await hosts.hosts[2].close()
            try await hosts.leader(besides: 2)
            #expect(try await hosts.groups[0].propose([9], timeout: .seconds(20)).count == 10)
            try await hosts.openHost(2, listen: hosts.hosts[2].peer.address ?? "")
            try await hosts.openGroup(2)
            try await hosts.catchUp()
            #expect(Set(hosts.groups.map { group in group.read { $0 } }).count == 1)
            #expect(Set(hosts.groups[2].status.peers) == Set(hosts.hosts.map(\.peer)))
        }
    }

    @Test(.timeLimit(.minutes(2))) func `a snapshot goes over the wire`() async throws {
        try await Hosts.with(
            3, by: .loopback, adjusting: { $0.logBytesBeforeSnapshot = 1 << 20 }
        ) { hosts in
            let lagging = (try await hosts.leader() + 1) % 3
            try await hosts.hosts[lagging].close()
            let other = hosts.groups[(lagging + 1) % 3]
            // Two snapshots of each, since a log begins at the older of the two that are kept; when one
            // is due depends on how long the one before took.
            let present = hosts.groups.indices.filter { $0 != lagging }
            var command: UInt8 = 0
            for _ in 0..<2 {
                let before = hosts.groups.map(\.status.snapshotIndex)
                while present.contains(where: {
                    hosts.groups[$0].status.snapshotIndex <= before[$0]
                }) {
                    try await other.propose(
                        [UInt8](repeating: command, count: 100_000), timeout: .seconds(20))
                    command &+= 1
                }
            }
            try await hosts.openHost(lagging, listen: hosts.hosts[lagging].peer.address ?? "")
            try await hosts.openGroup(lagging)
            try await hosts.catchUp()
            #expect(hosts.groups[lagging].status.snapshotIndex > LogIndex(0))
            #expect(Set(hosts.groups.map { group in group.read { $0 } }).count == 1)
        }
    }

    @Test func `a host that waits is added by what it says of itself`() async throws {
        try await Hosts.with(2, by: .loopback) { hosts in
            let leader = try await hosts.leader()
            try await hosts.addHost()
            let peer = try #require(RaftPeer("\(hosts.hosts[2].peer)"))
            try await hosts.groups[leader].change(.add(peer))
            try await hosts.groups[2].linearize(timeout: .seconds(20))
            #expect(try await hosts.groups[2].propose([1], timeout: .seconds(20)).count == 1)
            #expect(hosts.groups[leader].status.peers.contains(peer))
        }
    }

    @Test func `a host that moved is found where it is now`() async throws {
        try await Hosts.with(3, by: .loopback) { hosts in
            let moving = (try await hosts.leader() + 1) % 3
            try await hosts.hosts[moving].close()
            try await hosts.openHost(moving)
            try await hosts.openGroup(moving)
            let leader = try await hosts.leader(besides: moving)
            try await hosts.groups[leader].change(.setAddress(of: hosts.hosts[moving].peer))
            try await hosts.groups[moving].linearize(timeout: .seconds(20))
            #expect(hosts.groups[moving].status.peers.contains(hosts.hosts[moving].peer))
            #expect(try await hosts.groups[moving].propose([1], timeout: .seconds(20)).count == 1)
        }
    }

    @Test(arguments: ["", "nowhere", "127.0.0.1:70000", "0.0.0.0:0", "256.0.0.1:0"])
    func `an address where a host may not listen leaves the directory free`(
        listen: String
    ) async throws {
        try await Hosts.with(1, by: .loopback) { hosts in
            try await hosts.hosts[0].close()
            let options = hosts.options(0, listen: listen)
            let error = await #expect(throws: RaftError.self) {
                try await RaftHost<Journal>.open(at: hosts.path(0), options: options)
            }
            #expect(error?.code == .transportFailed)
            try await hosts.openHost(0)
        }
    }

    @Test func `a stranger who knows a member's name stays out`() async throws {
        try await Hosts.with(1, by: .loopback) { hosts in
            try await hosts.groups[0].propose([1])
            try await hosts.addHost()
            let path = hosts.directory.appending(path: "stranger").path
            let options = RaftHostOptions(
                node: 3, in: .random(),
                transport: SocketTransport(listen: "127.0.0.1:0", logger: .silent))
            let stranger = try await RaftHost<Journal>.open(at: path, options: options)
            _ = try await stranger.group(hosts.id)
            // The learner of another cluster is not reached, however long the leader tries.
            try await hosts.groups[0].change(.add(stranger.peer))
            try await hosts.groups[0].change(.add(hosts.hosts[1].peer))
            try await hosts.groups[1].linearize(timeout: .seconds(20))
            #expect(hosts.groups[0].status.configuration.learners.contains(stranger.member))
            try await stranger.close()
        }
    }
}
