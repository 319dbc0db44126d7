import Foundation

/// Prints the rows of a benchmark, for people each as it comes, for machines all at the end.
struct BenchReport {
    private let asJSON: Bool
    private var rows: [BenchRow] = []

    /// What is printed for machines.
    private struct Output: Encodable {
        var version: String
        var system: String
        var processors: Int
        var isDebugBuild: Bool
        var rows: [BenchRow]
    }

    #if DEBUG
    static let isDebugBuild = true
    #else
    static let isDebugBuild = false
    #endif

    init(asJSON: Bool) throws {
        self.asJSON = asJSON
        if Self.isDebugBuild {
            StandardStreams.note("khepri: this is a debug build, many times slower than a release")
        }
        guard !asJSON else { return }
        try show(["", "per second", "p50", "p99", "p99.9", "longest", "p50/bare", "rate/bare", ""])
    }

    mutating func add(_ row: BenchRow) throws {
        rows.append(row)
        guard !asJSON else { return }
        let durations = [
            row.p50Nanoseconds, row.p99Nanoseconds, row.p999Nanoseconds, row.longestNanoseconds,
        ].map { $0.map { Figure.duration(nanoseconds: $0) } ?? "" }
        let ratios = [row.p50ToBare, row.perSecondToBare].map { $0.map(Figure.ratio) ?? "" }
        try show([row.name, Figure.count(row.perSecond)] + durations + ratios + [row.note])
    }

    /// Prints what was held back.
    func end() throws {
        guard asJSON else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let output = Output(
            version: ProgramVersion.text,
            system: ProcessInfo.processInfo.operatingSystemVersionString,
            processors: ProcessInfo.processInfo.activeProcessorCount,
            isDebugBuild: Self.isDebugBuild, rows: rows)
        try StandardOutput.line(String(decoding: encoder.encode(output), as: UTF8.self))
    }

    private static let widths = [42, 11, 9, 9, 9, 9, 9, 9, 0]

    private func show(_ cells: [String]) throws {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, Self.widths[index] - cell.count))
            text += index == 0 || index == cells.count - 1 ? cell + padding : padding + cell
            text += "  "
        }
        while text.last == " " { text.removeLast() }
        try StandardOutput.line(text)
        try StandardOutput.flush()
    }
}
