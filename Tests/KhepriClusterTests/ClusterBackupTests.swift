import Foundation
import Khepri
import KhepriCluster
import Testing

@Suite("Backups of a cluster") struct ClusterBackupTests {
    @Test func `each member gives a backup, and one becomes the first member of another cluster`()
        async throws
    {
        try await TestCluster.with(hostCount: 3) { cluster in
            let leader = try #require(cluster.leader)
            var last = try await leader.put("old", at: "/a").revision
            for number in 0..<50 {
                last = try await leader.put(number, at: "/n/\(number)").revision
            }
            let directory = FileManager.default.temporaryDirectory
                .appending(path: "khepri-backup-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            for (number, store) in cluster.stores.enumerated() {
                let backup = try await store.backup(
                    to: "\(directory)/\(number)", consistency: .atLeast(last))
                #expect(backup.revision >= last)
                #expect(backup.nodeCount == 53)
            }
            try await TreeStore.restore(from: directory + "/1", to: directory + "/first")
            let first = try await TreeStore.open(
                at: directory + "/first",
                cluster: ClusterConfiguration(name: "other", listen: "127.0.0.1:0"))
            #expect(try await first.get("/n/49", as: Int.self, consistency: .linearizable) == 49)
            let receipt = try await first.put("new", at: "/a")
            #expect(receipt.revision.rawValue > last.rawValue + 1 << 32)
            #expect(first.cluster.members.count == 1)
            #expect(first.cluster.members[0].isLocal)
            try await first.close()
            #expect(try await leader.get("/a", as: String.self) == "old")
        }
    }
}
