import Foundation
import Khepri
import KhepriTree

/// Loading, memory, snapshot size and reopening of many nodes, each step in a process of its own so
/// that its memory is its own.
struct LoadBench {
    let nodes: Int
    let place: String

    /// The steps; each is a hidden form of `khepri bench`.
    enum Step: String, CaseIterable {
        case load, reopen, snapshot
    }

    /// Carries out a step in this process.
    func run(_ step: Step) async throws -> BenchRow {
        var configuration = Diagnostics.configuration
        if step == .snapshot {
            configuration.snapshotLogBytesMinimum = 1
            configuration.snapshotLogPercentage = 1
        }
        if step == .reopen { ProcessMemory.forget(directory: place) }
        let empty = ProcessMemory.residentBytes
        var start = ContinuousClock.now
        let store = try await TreeStore.open(at: place, configuration: configuration)
        switch step {
        case .load: try await Population.fill(store, nodes: nodes)
        case .reopen: break
        case .snapshot:
            start = .now
            try await Self.takeSnapshot(of: store)
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let resident = ProcessMemory.residentBytes
        guard store.view.count(matching: "/data/*/*") == nodes else {
            throw ProgramExit(.fault, "expected \(nodes) nodes in \(place)")
        }
        let snapshotBytes = Int(store.statistics.snapshotBytes)
        try await store.close()
        let name = "\(step.rawValue) \(Figure.count(Double(nodes))) nodes"
        var row = BenchRow("\(step.rawValue)-\(nodes)", name, operations: nodes, seconds: seconds)
        row.bytesPerNode = max(0, resident - empty) / nodes
        row.memory = BenchRow.Memory(
            residentBytes: resident, peakBytes: ProcessMemory.peakBytes,
            diskBytes: ProcessMemory.bytes(inDirectory: place),
            snapshotBytes: step == .snapshot ? snapshotBytes : nil)
        return row
    }

    /// Writes until a snapshot has begun and ended.
    private static func takeSnapshot(of store: TreeStore) async throws {
        let first = store.statistics.revision
        var filler = [UInt8](repeating: 0, count: 1 << 10)
        while store.statistics.snapshotRevision <= first {
            filler[0] &+= 1
            try await store.put(filler, at: "/filler")
        }
    }

    /// Runs all steps as processes and gives their rows.
    static func rows(nodes: Int, in directory: String) throws -> [BenchRow] {
        let bench = LoadBench(nodes: nodes, place: directory + "/load-\(nodes)")
        defer { try? FileManager.default.removeItem(atPath: bench.place) }
        return try Step.allCases.map { step in
            try BenchProcess.run(step.rawValue, ["--nodes", "\(nodes)", "--place", bench.place])
        }
    }
}
