import Foundation
import LockService

@main struct LockDemo {
    static func main() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("lock-service-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }

        var cluster = try await LockCluster(in: directory)
        let (alice, bob) = (LockService(cluster.groups[0]), LockService(cluster.groups[1]))

        let first = try await alice.acquire("printer", for: 60_000)
        print("alice has the printer:", first != nil)
        print("bob has it too:", try await bob.acquire("printer", for: 60_000) != nil)
        if let first {
            print("alice frees it:", try await alice.release("printer", token: first))
        }

        try await cluster.restart(0)
        let second = try await bob.acquire("printer", for: 60_000)
        print("bob has it, with a greater token:", (second ?? 0) > (first ?? .max))
        try await cluster.close()
    }
}
