import Testing

extension ProcessTests {
    @Suite("Networks that part members") struct PartitionTests {
        @Test func `a leader that is cut off gives way, and takes nothing with it`() async throws {
            try await ProcessCluster.run(members: 3) { cluster in
                let history = try await cluster.underLoad {
                    for _ in 0..<4 {
                        let leader = try await cluster.leader()
                        try await FaultyNetwork.isolate(leader.number)
                        try await Task.pause(2_500)
                        let next = try await cluster.leader(among: cluster.others(than: leader))
                        #expect(next !== leader)
                        // Clients still reach the one that is cut off: it says that it leads no more.
                        #expect(try await cluster.status(of: leader)?.isLeader == false)
                        try await FaultyNetwork.heal()
                        try await cluster.settle()
                        try await Task.pause(300)
                    }
                }
                try await cluster.check(history, answered: 1_000)
            }
        }

        @Test func `a leader that hears nobody, or that nobody hears, gives way`() async throws {
            try await ProcessCluster.run(members: 3) { cluster in
                let history = try await cluster.underLoad {
                    for cut in [FaultyNetwork.deafen, FaultyNetwork.mute] {
                        let leader = try await cluster.leader()
                        try await cut(leader.number)
                        try await Task.pause(3_000)
                        _ = try await cluster.leader(among: cluster.others(than: leader))
                        try await FaultyNetwork.heal()
                        try await cluster.settle()
                    }
                }
                try await cluster.check(history, answered: 500)
            }
        }

        @Test func `single ways fail at random between five members`() async throws {
            try await ProcessCluster.run(members: 5) { cluster in
                let history = try await cluster.underLoad {
                    for _ in 0..<6 {
                        for _ in 0..<4 {
                            let source = cluster.anyMember.number
                            let target = cluster.anyMember.number
                            try await FaultyNetwork.cut(from: source, to: target)
                        }
                        try await Task.pause(1_500)
                        try await FaultyNetwork.heal()
                        try await Task.pause(500)
                    }
                }
                try await cluster.check(history, answered: 500)
            }
        }
    }
}
