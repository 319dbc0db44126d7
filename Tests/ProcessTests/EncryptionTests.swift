import SimulationKit
import TestSupport
import Testing

extension ProcessTests {
    @Suite("Members with certificates") struct EncryptionTests {
        @Test func `members that know each other by certificates survive cuts and deaths`()
            async throws
        {
            try await ProcessCluster.run(members: 3, encrypted: true) { cluster in
                let history = try await cluster.underLoad {
                    for _ in 0..<3 {
                        let leader = try await cluster.leader()
                        try await FaultyNetwork.isolate(leader.number)
                        try await Task.pause(2_500)
                        _ = try await cluster.leader(among: cluster.others(than: leader))
                        try await FaultyNetwork.heal()
                        try await cluster.settle()
                        let member = cluster.anyMember
                        try await member.end()
                        try await Task.pause(200 + cluster.random.below(500))
                        try await member.start()
                    }
                }
                try await cluster.check(history, answered: 500)
            }
        }
    }
}
