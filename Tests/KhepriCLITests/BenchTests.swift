import Foundation
import Testing

@Suite("khepri bench") struct BenchTests {
    private struct Report: Decodable {
        struct Row: Decodable {
            var id: String
            var name: String
            var operations: Int
            var perSecond: Double
            var p50Nanoseconds: Int?
            var p99Nanoseconds: Int?
            var longestNanoseconds: Int?
            var p50ToBare: Double?
            var perSecondToBare: Double?
            var memory: Memory?
            var besideCount: Int?
            var bytesPerNode: Int?
            var addedBytes: Int?
            var processorNanoseconds: Int?
        }
        struct Memory: Decodable {
            var residentBytes: Int
            var snapshotBytes: Int?
        }
        var processors: Int
        var rows: [Row]
    }

    private static let timed =
        [1, 16, 64, 256, 1_024].map { "put-\($0)" }
        + ["1", "16-contended", "16", "64-contended", "64", "100-contended"].map {
            "transaction-\($0)"
        }
        + [1, 2].flatMap { threads in
            ["raw", "integer", "struct", "projection"].map { "get-\($0)-\(threads)" }
        }
    private static let tree = ["directories", "flat", "chains"].flatMap { shape in
        ["put", "find", "save", "load", "release"].map { "tree-\($0)-\(shape)" }
    }
    private static let watches = ["watch-0", "watch-1000", "watch-10000"]
    private static let transfers = ["export", "import", "backup", "restore"].map { "\($0)-1000" }
    private static let beside = ["get-beside-copies", "put-without-snapshot", "put-with-snapshot"]

    @Test func `one run has every row, for machines and for people`() async throws {
        try await Program.withDirectory { directory in
            let tiny = ["bench", "--seconds", "0.05", "--sizes", "500,1000", "--beside", "500"]
            let run = try Program.run(tiny + ["--place", directory, "--json"])
            #expect(run.code == 0, "\(run.errors)")
            let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
            let steps = [500, 1_000].flatMap { size in
                ["load", "reopen", "snapshot"].map { "\($0)-\(size)" }
            }
            let expected =
                ["bare"] + Self.timed + Self.watches + ["expire"] + steps + Self.transfers
                + Self.tree + Self.beside
            #expect(report.rows.map(\.id) == expected)
            for row in report.rows {
                #expect(row.operations > 0 && row.perSecond > 0, "\(row.id)")
                #expect(row.id == "bare" || row.perSecondToBare ?? 0 > 0, "\(row.id)")
                guard !Self.tree.contains(row.id) else { continue }
                if Self.transfers.contains(row.id) {
                    #expect(row.addedBytes ?? .max < 64 << 20, "\(row.id)")
                    continue
                }
                guard !steps.contains(row.id) else {
                    #expect(row.memory?.residentBytes ?? 0 > 1 << 20)
                    let isSnapshot = row.id.hasPrefix("snapshot")
                    #expect((row.memory?.snapshotBytes ?? 0 > 50_000) == isSnapshot)
                    continue
                }
                let (p50, p99) = (row.p50Nanoseconds ?? 0, row.p99Nanoseconds ?? 0)
                #expect(p50 > 0 && p99 >= p50 && row.longestNanoseconds ?? 0 >= p99, "\(row.id)")
                #expect(row.id == "bare" || row.p50ToBare ?? 0 > 0, "\(row.id)")
            }
            #expect(report.rows.last?.besideCount ?? 0 > 0, "no snapshot was taken")
            // Nothing is left, and nothing was said but that this may be a debug build.
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(left.isEmpty)
            let noise = run.errors.split(separator: "\n").filter { !$0.contains("debug build") }
            #expect(noise.isEmpty)
        }
    }
}
