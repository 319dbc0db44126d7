import Foundation
import Khepri
import KhepriTree

/// Export, import, backup and restore of many nodes, each in a process of its own, so that the memory it
/// takes beside an open store is its own.
struct TransferBench {
    let nodes: Int
    let place: String

    /// The steps, in an order in which each finds what it reads.
    enum Step: String, CaseIterable {
        case export, `import`, backup, restore
    }

    private var lines: String { place + ".jsonl" }
    private var backup: String { place + ".backup" }

    /// Carries out a step in this process.
    func run(_ step: Step) async throws -> BenchRow {
        let (seconds, addedBytes) =
            switch step {
            case .export: try await beside { try await write($0) }
            case .backup: try await beside { _ = try await $0.backup(to: backup) }
            case .import:
                try await making(place + "-imported") { directory in
                    let store = try await TreeStore.open(
                        at: directory, configuration: Diagnostics.configuration)
                    try await read(into: store)
                    try await store.close()
                }
            case .restore:
                try await making(place + "-restored") { directory in
                    _ = try await TreeStore.restore(from: backup, to: directory)
                }
            }
        let count = Figure.count(Double(nodes))
        var row = BenchRow(
            "\(step.rawValue)-\(nodes)", "\(step.rawValue) \(count) nodes", operations: nodes,
            seconds: seconds)
        row.addedBytes = addedBytes
        return row
    }

    /// Does something with the open store.
    ///
    /// - Returns: How long it took, and by how much the process grew.
    private func beside(
        _ body: (TreeStore) async throws -> Void
    ) async throws -> (seconds: Double, addedBytes: Int) {
        let store = try await TreeStore.open(at: place, configuration: Diagnostics.configuration)
        FreedMemory.giveBack()
        ProcessMemory.forgetPeak()
        let resident = ProcessMemory.residentBytes
        let start = ContinuousClock.now
        try await body(store)
        let seconds = (ContinuousClock.now - start).inSeconds
        let addedBytes = max(0, ProcessMemory.peakBytes - resident)
        try await store.close()
        return (seconds, addedBytes)
    }

    /// Makes a store in a directory.
    ///
    /// - Returns: How long it took, and how much more memory than the store has when it is open.
    private func making(
        _ directory: String, _ body: (String) async throws -> Void
    ) async throws -> (seconds: Double, addedBytes: Int) {
        let start = ContinuousClock.now
        try await body(directory)
        let seconds = (ContinuousClock.now - start).inSeconds
        let peak = ProcessMemory.peakBytes
        FreedMemory.giveBack()
        let store = try await TreeStore.open(
            at: directory, configuration: Diagnostics.configuration)
        FreedMemory.giveBack()
        let addedBytes = max(0, peak - ProcessMemory.residentBytes)
        guard store.view.count(matching: "/data/*/*") == nodes else {
            throw ProgramExit(.fault, "expected \(nodes) nodes in \(directory)")
        }
        try await store.close()
        return (seconds, addedBytes)
    }

    private func write(_ store: TreeStore) async throws {
        let output = try OutputFile(lines)
        var writer = OperationWriter(to: output, asArray: false, progress: { _ in })
        try await LocalStore(store).export(below: .root) { try writer.write($0) }
        try writer.end()
        try output.finish()
    }

    private func read(into store: TreeStore) async throws {
        var source = try OperationSource(
            lines, to: Relocation(source: .root, target: .root),
            valueBytesMaximum: Diagnostics.configuration.valueBytesMaximum)
        var writes = OrderedWrites(LocalStore(store))
        try await source.read { try await writes.add($0) }
        try await writes.finish()
    }

    /// Runs all steps as processes, on a store that is made for them, and gives their rows.
    static func rows(nodes: Int, in directory: String) throws -> [BenchRow] {
        let place = directory + "/transfer-\(nodes)"
        let options = ["--nodes", "\(nodes)", "--place", place]
        let _: BenchRow = try BenchProcess.run(LoadBench.Step.load.rawValue, options)
        defer {
            for end in ["", ".jsonl", ".backup", "-imported", "-restored"] {
                try? FileManager.default.removeItem(atPath: place + end)
            }
        }
        return try Step.allCases.map { try BenchProcess.run($0.rawValue, options) }
    }
}
