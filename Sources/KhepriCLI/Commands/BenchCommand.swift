import ArgumentParser
import Foundation
import Khepri

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this library on this machine's disk, beside the bare device.",
        discussion: """
            Everything is measured in one run, in turns with bare writes and flushes on the same disk: \
            figures of different runs do not compare, their ratios to the bare device do. Close other \
            programs first. Memory is the resident set; bytes a node are those beyond an empty store.

            EXAMPLES
              khepri bench
              khepri bench --place /mnt/fast --json
              khepri bench --sizes 1000000,3000000,10000000
              khepri bench --cluster 3
            """)

    @Option(help: "Work in a new directory below this one; it is removed at the end.")
    var place = FileManager.default.temporaryDirectory.path

    @Option(help: "Seconds for each line.")
    var seconds = 2.0

    @Option(help: "The numbers of nodes to load and reopen, separated by commas; 0 for none.")
    var sizes = "1000,100000,1000000"

    @Option(help: "Nodes beside which large commands and snapshots run; up to 100,000 expire.")
    var beside = 200_000

    @Option(help: "Measure a cluster of so many processes instead.")
    var cluster: Int?

    @Flag(help: "Print JSON for machines.")
    var json = false

    @Option(help: .hidden)
    var phase: Phase?

    @Option(help: .hidden)
    var nodes = 1

    @Option(help: .hidden)
    var shape = TreeBench.Shape.directories

    /// A part that runs in a process of its own, or alone to be looked at.
    enum Phase: String, ExpressibleByArgument {
        case load, reopen, snapshot, tree, reads, transactions, member, export, `import`, backup,
            restore
    }

    func validate() throws {
        guard seconds > 0, seconds < 1e6 else {
            throw ValidationError("expected --seconds above 0, found \(seconds)")
        }
        try Arguments.expect("--beside", atLeast: 1, found: beside)
        try Arguments.expect("--nodes", atLeast: 1, found: nodes)
        if let cluster, !(1...9).contains(cluster) {
            throw ValidationError("expected 1 to 9 members as --cluster, found \(cluster)")
        }
        _ = try parsedSizes()
    }

    private func parsedSizes() throws -> [Int] {
        try sizes.split(separator: ",").map { text in
            guard let size = Int(text), size >= 0 else {
                throw ValidationError(
                    "expected numbers separated by commas in --sizes, found \(text)")
            }
            return size
        }.filter { $0 > 0 }
    }

    func run() async throws {
        if let phase { return try await run(phase) }
        try await withDirectory { try await measure(in: $0) }
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = place + "/khepri-bench-\(UUID().uuidString)"
        guard mkdir(directory, 0o700) == 0 else {
            throw ProgramExit(
                .unreachable,
                "cannot create a directory in \(place): \(StandardStreams.errorMessage)")
        }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    /// Transactions beside puts by as many callers.
    private func measureTransactions(in directory: String) async throws {
        let device = try BareDevice(in: directory, seconds: seconds)
        var report = try BenchReport(asJSON: json)
        let store = try await TreeStore.open(
            at: directory + "/operations", configuration: Diagnostics.configuration)
        for callers in [16, 100] {
            let puts = WriteBench(store: store, callers: callers)
            for row in try await device.rows([puts.measured]) { try report.add(row) }
        }
        for measured in TransactionBench.all(store) {
            for row in try await device.rows([measured]) { try report.add(row) }
        }
        try await store.close()
        try report.end()
    }

    private func measure(in directory: String) async throws {
        let device = try BareDevice(in: directory, seconds: seconds)
        var report = try BenchReport(asJSON: json)
        try report.add(device.row())
        if let cluster {
            let bench = try await ClusterBench(
                directory: directory, device: device, memberCount: cluster, seconds: seconds)
            do {
                try await bench.run { try report.add($0) }
            } catch {
                try? await bench.end()
                throw error
            }
            try await bench.end()
            return try report.end()
        }
        let store = try await TreeStore.open(
            at: directory + "/operations", configuration: Diagnostics.configuration)
        for callers in [1, 16, 64, 256, 1_024] {
            let puts = WriteBench(store: store, callers: callers)
            for row in try await device.rows([puts.measured]) { try report.add(row) }
        }
        for measured in TransactionBench.all(store) {
            for row in try await device.rows([measured]) { try report.add(row) }
        }
        for row in try await ReadBench(store: store, seconds: seconds).rows() {
            try report.add(device.compare(row))
        }
        for row in try await WatchBench(store: store, device: device).rows() { try report.add(row) }
        let expiry = ExpiryBench(store: store, nodes: min(beside, 100_000))
        try report.add(device.compare(await expiry.row()))
        try await store.close()
        for size in try parsedSizes() {
            for row in try LoadBench.rows(nodes: size, in: directory) {
                try report.add(device.compare(row))
            }
        }
        if let largest = try parsedSizes().max() {
            for row in try TransferBench.rows(nodes: largest, in: directory) {
                try report.add(device.compare(row))
            }
            for row in try TreeBench.rows(nodes: largest) {
                try report.add(device.compare(row))
            }
        }
        let interference = InterferenceBench(
            directory: directory, device: device, nodes: beside)
        for row in try await interference.rows() { try report.add(row) }
        try report.end()
    }

    private func run(_ phase: Phase) async throws {
        switch phase {
        case .load: try await show(LoadBench(nodes: nodes, place: place).run(.load))
        case .reopen: try await show(LoadBench(nodes: nodes, place: place).run(.reopen))
        case .snapshot: try await show(LoadBench(nodes: nodes, place: place).run(.snapshot))
        case .tree: try show(TreeBench.measure(shape, nodes: nodes))
        case .export: try await show(TransferBench(nodes: nodes, place: place).run(.export))
        case .import: try await show(TransferBench(nodes: nodes, place: place).run(.import))
        case .backup: try await show(TransferBench(nodes: nodes, place: place).run(.backup))
        case .restore: try await show(TransferBench(nodes: nodes, place: place).run(.restore))
        case .member: try await MemberProcess.run()
        case .transactions: try await withDirectory { try await measureTransactions(in: $0) }
        case .reads:
            let store = try await TreeStore.inMemory()
            var report = try BenchReport(asJSON: json)
            for row in try await ReadBench(store: store, seconds: seconds).rows() {
                try report.add(row)
            }
            try report.end()
            try await store.close()
        }
    }

    /// Prints what a phase found, for the process that runs it.
    private func show(_ report: some Encodable) throws {
        try StandardOutput.write(JSONEncoder().encode(report))
    }
}

extension TreeBench.Shape: ExpressibleByArgument {}
