import NIOHTTP1
import SimulationKit
import TestSupport
import Testing

extension ProcessTests {
    @Suite("Members that come and go") struct MembershipTests {
        @Test func `a cluster grows from one to five members and shrinks to one`() async throws {
            try await ProcessCluster.run(members: 1) { cluster in
                let history = try await cluster.underLoad(on: Array(1...5)) {
                    for _ in 2...5 {
                        try await cluster.grow()
                        try await Task.pause(500)
                    }
                    while cluster.members.count > 1 {
                        try await cluster.remove(cluster.anyMember)
                        try await Task.pause(500)
                    }
                }
                try await cluster.check(history, answered: 1_000)
            }
        }

        @Test func `leadership moves without one failed request`() async throws {
            try await ProcessCluster.run(members: 3) { cluster in
                let history = try await cluster.underLoad {
                    for _ in 0..<12 {
                        let leader = try await cluster.leader()
                        let next = cluster.random.element(cluster.others(than: leader))
                        try await cluster.change(
                            .POST, "/v1/cluster/leader", #"{"to":"\#(next.name)"}"#)
                        try await Task.pause(300)
                    }
                }
                #expect(history.unanswered == 0, "\(history.summary)")
                try await cluster.check(history, answered: 500)
            }
        }

        @Test func `a command under a lease goes on when the member that it spoke to dies`()
            async throws
        {
            try await ProcessCluster.run(members: 3) { cluster in
                for member in cluster.members.prefix(2) {
                    let endpoint = member.endpoint.description
                    async let command: Void = Tool.run(
                        MemberProcess.program, "lease", "--endpoint", endpoint, "--ttl", "3", "--",
                        "sleep", "8")
                    try await Task.pause(1_000)
                    try await member.end()
                    try await command
                    try await member.start()
                    try await cluster.settle()
                }
            }
        }

        @Test func `a member that was away past the end of the log comes back by snapshot`()
            async throws
        {
            try await ProcessCluster.run(members: 3) { cluster in
                let away = cluster.members[2]
                let history = try await cluster.underLoad {
                    try await away.end()
                    var written = 0
                    while written < 160 { written += await cluster.tryLargeWrite() ? 1 : 0 }
                    try await away.start()
                    try await cluster.settle()
                }
                #expect(try await cluster.metric("khepri_received_snapshots_total", of: away) >= 1)
                try await cluster.check(history, answered: 500)
            }
        }
    }
}
