import NIOHTTP1
import SimulationKit
import TestSupport
import Testing

@testable import KhepriCLI

extension ProcessTests {
    @Suite("Disks that fail") struct FailingDiskTests {
        /// A file system of its own for each of three members.
        private static let images = Dictionary(
            uniqueKeysWithValues: (1...3).map { ($0, MemberDisk.Kind.image(256)) })

        /// The founder leads, the third member follows.
        @Test(arguments: [1, 3])
        func `a member whose disk is full goes on by itself once there is space`(
            number: Int
        ) async throws {
            try await ProcessCluster.run(members: 3, disks: [number: .small(64)]) { cluster in
                let member = cluster.members[number - 1]
                let history = try await cluster.underLoad {
                    try member.disk.fill()
                    try await eventually("\(member.name) to notice that its disk is full") {
                        // Who leads with a full disk refuses writes.
                        _ = await cluster.tryLargeWrite()
                        return try await cluster.metric("khepri_storage_full", of: member) == 1
                            ? () : nil
                    }
                    let reply = await cluster.reply(of: member, .GET, "/v1/cluster")
                    #expect(reply?.status == 200)
                    try await Task.pause(2_000)
                    try member.disk.free()
                    try await cluster.settle()
                    #expect(try await cluster.metric("khepri_storage_full", of: member) == 0)
                    try await Task.pause(500)
                }
                try await cluster.check(history, answered: 500)
            }
        }

        @Test func `a disk that hangs for a while stops nobody but its member, and loses nothing`()
            async throws
        {
            try await ProcessCluster.run(members: 3, disks: Self.images) { cluster in
                let history = try await cluster.underLoad {
                    for round in 0..<4 {
                        let leader = try await cluster.leader()
                        let member = round % 2 == 0 ? leader : cluster.others(than: leader)[0]
                        try await member.disk.freeze()
                        try await Task.pause(1_000)
                        // The others have a majority of disks, whoever leads.
                        let survivor = cluster.others(than: member)[0]
                        try await eventually("a write while \(member.name) hangs") {
                            let target = "/v1/nodes/beside/\(round)"
                            return try await cluster.ask(survivor, .PUT, target, "1").map { _ in }
                        }
                        try await member.disk.thaw()
                        try await cluster.settle()
                    }
                    try await Task.pause(500)
                }
                try await cluster.check(history, answered: 300)
            }
        }

        @Test func `after a power cut of all members every acknowledged write is there`()
            async throws
        {
            try await ProcessCluster.run(members: 3, disks: Self.images) { cluster in
                let history = try await cluster.underLoad {
                    for _ in 0..<4 {
                        try await Task.pause(500 + cluster.random.below(500))
                        for member in cluster.members { try member.disk.cutPower() }
                        for member in cluster.members { try await member.discard() }
                        for member in cluster.members {
                            try await member.disk.unmount()
                            try await member.disk.mount()
                            try await member.start()
                        }
                        try await cluster.settle()
                    }
                    try await Task.pause(500)
                }
                try await cluster.check(history, answered: 300)
            }
        }
    }
}
