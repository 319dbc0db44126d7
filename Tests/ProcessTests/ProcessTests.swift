import Foundation
import NIOCore
import SimulationKit
import TestSupport
import Testing

@testable import KhepriCLI

/// Clusters of real processes under real faults, in the network that `Scripts/run-processes` makes.
///
/// Each scenario is run under the load of several clients, which call registers and take down what they
/// were answered. At its end all faults are over: everything works again within ten seconds, all members
/// have equal states, and the history is linearizable.
@Suite(
    "Processes", .serialized, .timeLimit(.minutes(4)),
    .enabled(if: FaultyNetwork.isThere, "make processes runs them"))
struct ProcessTests {
    @Test func `whichever member is killed, the others go on and it comes back`() async throws {
        try await ProcessCluster.run(members: 3) { cluster in
            let history = try await cluster.underLoad {
                for _ in 0..<16 {
                    let member = cluster.anyMember
                    try await member.end()
                    try await Task.pause(200 + cluster.random.below(1_300))
                    try await member.start()
                    try await Task.pause(200 + cluster.random.below(500))
                }
            }
            try await cluster.check(history, answered: 1_000)
        }
    }

    @Test func `all members are killed at once, again and again`() async throws {
        try await ProcessCluster.run(members: 3) { cluster in
            let history = try await cluster.underLoad {
                for _ in 0..<4 {
                    try await Task.pause(500 + cluster.random.below(500))
                    for member in cluster.members { member.pause() }
                    for member in cluster.members { try await member.end() }
                    for member in cluster.members { try await member.start() }
                    try await cluster.settle()
                }
                try await Task.pause(500)
            }
            try await cluster.check(history, answered: 500)
        }
    }

    @Test func `members end one by one as they are asked, and are started again`() async throws {
        try await ProcessCluster.run(members: 3) { cluster in
            let history = try await cluster.underLoad {
                for member in cluster.members + cluster.members {
                    try await Task.pause(300)
                    try await member.end(SIGTERM)
                    try await member.start()
                    try await cluster.settle()
                }
            }
            try await cluster.check(history, answered: 500)
        }
    }

    /// The leader sleeps meanwhile, so that nothing can be answered too soon.
    @Test func `a member that is asked to end answers first what is under way`() async throws {
        try await ProcessCluster.run(members: 3) { cluster in
            let history = CallHistory()
            let leader = try await cluster.leader()
            let member = cluster.others(than: leader)[0]
            let clients = try await RegisterClient.some(16, of: member)
            leader.pause()
            await withTaskGroup { group in
                for (number, client) in clients.enumerated() {
                    group.addTask { await history.record(.write(number), on: number, by: client) }
                }
                try? await Task.pause(100)
                member.send(SIGTERM)
                try? await Task.pause(100)
                leader.resume()
            }
            #expect(history.unanswered == 0, "\(history.summary)")
            for client in clients { await client.close() }
            try await member.discard(SIGTERM)
            try await member.start()
            try await cluster.check(history, answered: clients.count)
        }
    }

    @Test func `after the death of the leader writes go on within a second`() async throws {
        try await ProcessCluster.run(members: 3) { cluster in
            var times: [Duration] = []
            for round in 0..<12 {
                try await cluster.settle()
                let leader = try await cluster.leader()
                let survivor = cluster.others(than: leader)[round % 2]
                let client = try await RegisterClient(to: survivor.endpoint, patience: .seconds(10))
                let start = ContinuousClock.now
                try await leader.end()
                try await eventually("a write after the death of the leader") {
                    let answer = await client.perform(.write(round), on: 0)
                    if case .outcome(.done) = answer { return () } else { return nil }
                }
                times.append(ContinuousClock.now - start)
                await client.close()
                try await leader.start()
            }
            times.sort()
            print(
                "    writes again after p50 \(times[times.count / 2]), at most \(times.last ?? .zero)"
            )
            #expect(times[times.count / 2] <= .seconds(3))
        }
    }
}
