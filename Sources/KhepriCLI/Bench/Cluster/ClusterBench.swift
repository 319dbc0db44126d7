import Foundation
import Khepri
import KhepriCluster
import KhepriTree

/// Measures a cluster of processes on this machine; this process is the member that leads first.
final class ClusterBench {
    /// A small policy of snapshots, so that a member that was away needs one.
    static var configuration: StoreConfiguration {
        var configuration = Diagnostics.configuration
        configuration.snapshotLogBytesMinimum = 4 << 20
        return configuration
    }

    /// How often the leader is killed.
    private static let failovers = 5
    private static let idleSeconds = 5.0

    private let directory: String
    private let device: BareDevice
    private let seconds: Double
    private let memberCount: Int
    private var store: TreeStore
    private var others: [(process: MemberProcess, request: Cluster.JoinRequest)] = []

    /// Forms the cluster.
    init(
        directory: String, device: BareDevice, memberCount: Int, seconds: Double
    ) async throws {
        self.directory = directory
        self.device = device
        self.memberCount = memberCount
        self.seconds = seconds
        store = try await TreeStore.open(
            at: directory + "/n1", configuration: Self.configuration,
            cluster: ClusterConfiguration(name: "n1", listen: "127.0.0.1:0"))
        for number in 2...max(2, memberCount) where number <= memberCount {
            let (process, request) = try start(
                number, invitation: store.cluster.invitation, peerAddress: "127.0.0.1:0")
            try await store.cluster.add(request)
            _ = try process.nextLine()
            others.append((process, request))
        }
    }

    /// Ends everything.
    func end() async throws {
        for (process, _) in others { process.kill() }
        try await store.close()
    }

    private func start(
        _ number: Int, invitation: Cluster.Invitation?, peerAddress: String
    ) throws -> (MemberProcess, Cluster.JoinRequest) {
        let process = try MemberProcess(
            .init(
                name: "n\(number)", directory: directory + "/n\(number)", invitation: invitation,
                peerAddress: peerAddress))
        let line = try process.nextLine()
        let request = try JSONDecoder().decode(Cluster.JoinRequest.self, from: Data(line.utf8))
        return (process, request)
    }

    private func restart(_ place: Int) throws {
        let (_, request) = others[place]
        let (process, _) = try start(
            place + 2, invitation: nil, peerAddress: request.peerAddress)
        others[place].process = process
    }

    /// Reports each row as it is measured.
    func run(_ report: (BenchRow) throws -> Void) async throws {
        for callers in [1, 16, 64, 256] {
            let bench = WriteBench(store: store, callers: callers)
            let name = "\(memberCount) members, durable put, \(Counted(callers, "caller"))"
            let rows = try await device.rows([
                ("cluster-put-\(callers)", name, bench.run(seconds:))
            ])
            for row in rows { try report(row) }
        }
        try report(await linearizableReads())
        try report(await idle())
        guard memberCount >= 3 else { return }
        for row in try await catchUps() { try report(row) }
        try report(await failover())
    }

    private func linearizableReads() async throws -> BenchRow {
        let (store, seconds) = (store, seconds)
        try await store.put(1, at: "/bench/linearizable")
        let samples = try await Callers.run(16, seconds: seconds) { _ in
            { _ in
                _ = try await store.get(
                    "/bench/linearizable", as: Int.self, consistency: .linearizable)
            }
        }
        let name = "\(memberCount) members, linearizable get, 16 callers"
        return BenchRow("cluster-get-linearizable-16", name, samples)
    }

    /// What the processors do while nobody asks for anything.
    private func idle() async throws -> BenchRow {
        func used() throws -> Double {
            try others.reduce(0) { try $0 + $1.process.processorSeconds() }
        }
        let before = try used()
        try await Task.sleep(for: .seconds(Self.idleSeconds))
        let share = (try used() - before) / Self.idleSeconds / Double(max(others.count, 1))
        var row = BenchRow(
            "cluster-idle", "idle follower, share of a processor", operations: 0,
            seconds: Self.idleSeconds)
        row.processorShare = share
        return row
    }

    /// A follower that was away: for a little, and past what the log keeps.
    private func catchUps() async throws -> [BenchRow] {
        var rows: [BenchRow] = []
        for (id, name, count) in [
            ("log", "from the log", 2_000), ("snapshot", "by snapshot", 200_000),
        ] {
            others[0].process.kill()
            try await write(count, below: "away-\(id)")
            let start = ContinuousClock.now
            try restart(0)
            _ = try others[0].process.nextLine()
            rows.append(
                BenchRow(
                    "cluster-catch-up-\(id)",
                    "a member catches up \(Figure.count(Double(count))) writes \(name)",
                    operations: count, seconds: (ContinuousClock.now - start).inSeconds))
        }
        return rows
    }

    private func write(_ count: Int, below name: String) async throws {
        let store = store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<64 {
                group.addTask {
                    let value = [UInt8](repeating: 7, count: 100)
                    for number in stride(from: task, to: count, by: 64) {
                        try await store.put(value, at: "/bench/\(name)/\("node-\(number)")")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// From the death of the process that leads to the first write after it.
    private func failover() async throws -> BenchRow {
        var samples = Samples()
        let leader = others[0].request.name
        for number in 0..<Self.failovers {
            try await makeLeader(leader)
            let start = ContinuousClock.now
            others[0].process.kill()
            while true {
                do {
                    try await store.put(number, at: "/bench/failover", timeout: .milliseconds(500))
                    break
                } catch is StoreError {
                    continue
                }
            }
            samples.latencies.add(ContinuousClock.now - start)
            samples.seconds += (ContinuousClock.now - start).inSeconds
            try restart(0)
            _ = try others[0].process.nextLine()
        }
        return BenchRow("cluster-failover", "a write after kill -9 of the leader", samples)
    }

    /// Makes a member of another process lead, whoever leads now.
    private func makeLeader(_ name: String) async throws {
        while store.cluster.status.leader != name {
            do {
                try await store.cluster.transferLeadership(to: name)
            } catch let error as StoreError where error.code == .notLeader {
                // The third process leads: only its end makes it give way.
                others[1].process.kill()
                try restart(1)
                _ = try others[1].process.nextLine()
            } catch let error as StoreError where error.code == .timeout {
                continue
            }
        }
    }
}
