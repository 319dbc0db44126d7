import ArgumentParser
import Foundation
import Khepri

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this library on this machine's disk, beside the bare device.",
        discussion: """
            Everything is measured in one run: single figures of different runs do not compare, their \
            ratios to the bare device do. Close other programs first.

            EXAMPLES
              khepri bench
              khepri bench --place /mnt/fast --sizes 1000,1000000,10000000 --json
            """)

    @Option(help: "Work in a new directory below this one; it is removed at the end.")
    var place = FileManager.default.temporaryDirectory.path

    @Option(help: "Seconds for each line.")
    var seconds = 2.0

    @Option(help: "The numbers of nodes to load and reopen, separated by commas; 0 for none.")
    var sizes = "1000,100000,1000000"

    @Flag(help: "Print JSON for machines.")
    var json = false

    @Option(help: .hidden)
    var phase: Phase?

    @Option(help: .hidden)
    var nodes = 0

    @Option(help: .hidden)
    var shape = TreeBench.Shape.directories

    enum Phase: String, ExpressibleByArgument {
        case load, reopen, reads, tree
    }

    func validate() throws {
        guard seconds > 0 else { throw ValidationError("expected --seconds above 0") }
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
        let directory = place + "/khepri-bench-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: false)
        } catch {
            throw ProgramExit(.unreachable, "cannot create a directory in \(place): \(error)")
        }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let report = BenchReport(asJSON: json)
        report.addBare(try BareDevice.measure(in: directory, seconds: seconds))
        try await measureOperations(report, in: directory)
        for size in try parsedSizes() {
            for row in try LoadBench.rows(nodes: size, in: directory) { report.add(row) }
        }
        if let largest = try parsedSizes().max() {
            for row in try TreeBench.rows(nodes: largest) { report.add(row) }
        }
        for row in try await InterferenceBench(directory: directory, seconds: seconds).rows() {
            report.add(row)
        }
        report.end(machine: "\(ProcessInfo.processInfo.activeProcessorCount) processors")
    }

    private func measureOperations(_ report: BenchReport, in directory: String) async throws {
        let store = try await TreeStore.open(at: directory + "/operations")
        for callers in [1, 16, 64, 256, 1_024] {
            report.add(try await WriteBench(store: store, seconds: seconds).run(callers: callers))
        }
        let reads = ReadBench(store: store, seconds: seconds)
        try await reads.prepare()
        for row in try await reads.rows() { report.add(row) }
        try await store.close()
    }

    private func run(_ phase: Phase) async throws {
        switch phase {
        case .load: try print(await LoadBench.load(nodes: nodes, into: place))
        case .reopen: try print(await LoadBench.reopen(nodes: nodes, in: place))
        case .tree: try print(TreeBench.measure(shape, nodes: nodes))
        case .reads:
            let reads = ReadBench(store: try await TreeStore.inMemory(), seconds: seconds)
            try await reads.prepare()
            let report = BenchReport(asJSON: json)
            for row in try await reads.rows() { report.add(row) }
            try await reads.store.close()
        }
    }

    private func print(_ report: some Encodable) throws {
        StandardOutput.write([UInt8](try JSONEncoder().encode(report)))
    }
}

extension TreeBench.Shape: ExpressibleByArgument {}
