import SimulationKit
import TestSupport
import Testing

extension ProcessTests {
    @Suite("Networks that lose packets") struct LossTests {
        @Test(arguments: [5, 30])
        func `members whose packets are lost at random serve their clients`(percent: Int)
            async throws
        {
            try await ProcessCluster.run(members: 3) { cluster in
                let history = try await cluster.underLoad {
                    try await FaultyNetwork.lose(percent: percent)
                    try await Task.pause(4_000)
                    // What was lost is sent again later, so that is a network of long delays, too.
                    let leader = try await cluster.leader()
                    try await leader.end()
                    try await Task.pause(4_000)
                    try await FaultyNetwork.heal()
                    try await leader.start()
                    try await cluster.settle()
                    try await Task.pause(500)
                }
                try await cluster.check(history, answered: 300)
            }
        }
    }
}
