import NIOCore
import SimulationKit
import Testing

@testable import KhepriCLI

extension ProcessTests {
    @Suite("Members that stand still") struct PauseTests {
        @Test func `a leader that wakes up answers no stale read`() async throws {
            try await ProcessCluster.run(members: 3) { cluster in
                let history = try await cluster.underLoad {
                    for _ in 0..<4 {
                        let leader = try await cluster.leader()
                        leader.pause()
                        _ = try await cluster.leader(among: cluster.others(than: leader))
                        try await Task.pause(1_000)
                        leader.resume()
                        try await Task.pause(1_000)
                    }
                }
                try await cluster.check(history, answered: 500)
            }
        }

        /// The requests lie in the leader's sockets while others write; it finds them when it wakes.
        @Test func `what was asked of a sleeping leader is answered by the present`() async throws {
            try await ProcessCluster.run(members: 3) { cluster in
                let history = CallHistory()
                for round in 0..<6 {
                    let leader = try await cluster.leader()
                    let old = try await RegisterClient.some(16, of: leader)
                    await history.record(.write(2 * round), on: round, by: old[0])
                    leader.pause()
                    let others = cluster.others(than: leader)
                    let next = try await cluster.leader(among: others)
                    let writer = try await RegisterClient(to: next.endpoint, patience: .seconds(10))
                    let outcome = await history.record(
                        .write(2 * round + 1), on: round, by: writer)
                    #expect(outcome == .done(true))
                    await withTaskGroup { group in
                        for client in old {
                            group.addTask { await history.record(.read, on: round, by: client) }
                        }
                        // Long enough for all of them to be sent.
                        try? await Task.pause(200)
                        leader.resume()
                    }
                    for client in old + [writer] { await client.close() }
                    try await cluster.settle()
                }
                try await cluster.check(history, answered: 12)
            }
        }

        @Test func `a command under a lease goes on while the member it spoke to stands still`()
            async throws
        {
            try await ProcessCluster.run(members: 3) { cluster in
                let member = cluster.members[0]
                let endpoint = member.endpoint.description
                async let command: Void = Tool.run(
                    MemberProcess.program, "lease", "--endpoint", endpoint, "--ttl", "12", "--",
                    "sleep", "18")
                try await Task.pause(5_000)
                member.pause()
                try await command
                member.resume()
                try await cluster.settle()
            }
        }

        @Test func `a member starts again while the one it had joined by stands still`()
            async throws
        {
            try await ProcessCluster.run(members: 3) { cluster in
                let member = cluster.members[2]
                try await member.end()
                cluster.members[0].pause()
                try await member.start(within: .seconds(5))
                cluster.members[0].resume()
                try await cluster.settle()
            }
        }
    }
}
