import CBOR
import Foundation
import Khepri
import KhepriTree

/// Loading, memory, snapshot size and reopening of many nodes, each step in a process of its own so
/// that its memory is its own.
enum LoadBench {
    /// What a step says of itself, as one line of JSON on the standard output.
    struct Report: Codable {
        var seconds: Double
        var residentBytes: Int
        var peakBytes: Int
        var diskBytes: Int
    }

    /// Loads nodes of 100 bytes, a thousand to a directory, through the log.
    static func load(nodes: Int, into directory: String) async throws -> Report {
        let start = ContinuousClock.now
        let store = try await TreeStore.open(at: directory)
        var writes = OrderedWrites(store)
        var value = [UInt8](repeating: 0x5A, count: 98)
        for number in 0..<nodes {
            withUnsafeBytes(of: number) {
                for (index, byte) in $0.enumerated() { value[index] = byte }
            }
            let path: TreePath = "/data/\("d\(number / 1_000)")/\("n\(number % 1_000)")"
            let payload = try Payload(.bytes(value))
            let write = TreeOperation.Write(payload: payload)
            try await writes.add(TreeOperation(.put(write), at: TreePattern(path)))
        }
        try await writes.finish()
        let seconds = (ContinuousClock.now - start).inSeconds
        return try await finish(store, seconds, directory, expecting: nodes)
    }

    /// Opens what was loaded.
    static func reopen(nodes: Int, in directory: String) async throws -> Report {
        let start = ContinuousClock.now
        let store = try await TreeStore.open(at: directory)
        let seconds = (ContinuousClock.now - start).inSeconds
        return try await finish(store, seconds, directory, expecting: nodes)
    }

    private static func finish(
        _ store: TreeStore, _ seconds: Double, _ directory: String, expecting nodes: Int
    ) async throws -> Report {
        guard store.view.count(matching: "/data/*/*") == nodes else {
            throw ProgramExit(.fault, "expected \(nodes) nodes in \(directory)")
        }
        let resident = ProcessMemory.residentBytes
        try await store.close()
        return Report(
            seconds: seconds, residentBytes: resident, peakBytes: ProcessMemory.peakBytes,
            diskBytes: ProcessMemory.bytes(inDirectory: directory))
    }

    /// Runs both steps as processes and gives their rows.
    static func rows(nodes: Int, in directory: String) throws -> [BenchRow] {
        let place = directory + "/load-\(nodes)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let load = try step("load", nodes: nodes, place: place)
        let open = try step("reopen", nodes: nodes, place: place)
        return [
            BenchRow(
                "load \(nodes) nodes", operations: nodes, seconds: load.seconds,
                note: "\(seconds(load)), \(megabytes(load.residentBytes)) resident, "
                    + "peak \(megabytes(load.peakBytes)), \(megabytes(load.diskBytes)) on disk"),
            BenchRow(
                "reopen \(nodes) nodes", operations: nodes, seconds: open.seconds,
                note: "\(seconds(open)), \(megabytes(open.residentBytes)) resident, "
                    + "\(open.residentBytes / max(1, nodes)) bytes a node, "
                    + "peak \(megabytes(open.peakBytes))"),
        ]
    }

    private static func seconds(_ report: Report) -> String {
        "\((report.seconds * 1_000).rounded() / 1_000) s"
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

    private static func step(_ name: String, nodes: Int, place: String) throws -> Report {
        try BenchProcess.run(name, ["--nodes", "\(nodes)", "--place", place])
    }
}
