import ArgumentParser
import CBOR
import Khepri
import KhepriTree

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Look into backups and snapshots.",
        subcommands: [SnapshotInspectCommand.self])
}

struct SnapshotInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Check a backup or snapshot, and show the size of its subtrees.",
        discussion: """
            Every byte of the file is checked. Sizes are those of the payloads, encoded.

            EXAMPLES
              khepri snapshot inspect shop.backup
              khepri snapshot inspect shop.backup --path /stock --depth 2 --json
              khepri snapshot inspect -d shop
            """)

    @Argument(help: "What `khepri backup` wrote, or a .snapshot of a data directory.")
    var file: String?

    @Option(
        name: [.customLong("data-dir"), .customShort("d")],
        help: "The directory of a store to look into, in place of a file.")
    var dataDirectory: String?

    @Option(help: "The store in the directory.")
    var store: String?

    @Option(help: "The node to begin at.")
    var path = "/"

    @Option(help: "How many levels have sizes of their own.")
    var depth = 1

    @Option(help: "Show at most so many subtrees, the largest.")
    var limit = 1_000

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (file == nil) != (dataDirectory == nil) else {
            throw ValidationError("expected either a file or --data-dir")
        }
        guard store == nil || dataDirectory != nil else {
            throw ValidationError("--store needs --data-dir: a file holds one store")
        }
        try Arguments.expect("--depth", atLeast: 0, found: depth)
        try Arguments.expect("--limit", atLeast: 1, found: limit)
    }

    func run() async throws {
        let path = try Arguments.path(path)
        let (name, view) = try await open()
        let sizes = SubtreeSizes(of: view, below: path, depth: depth)
        guard let whole = sizes.subtrees.first else {
            throw ProgramExit(.notFound, "there is no node at \(path)")
        }
        let shown = Self.largest(limit, of: sizes.subtrees)
        let report = SizeReport(
            store: name, revision: view.revision, whole: whole, subtrees: shown,
            hiddenCount: sizes.subtrees.count - shown.count)
        if json {
            try StandardOutput.line(report.jsonText)
        } else {
            for line in report.lines { try StandardOutput.line(line) }
        }
    }

    private func open() async throws -> (name: String?, TreeView) {
        if let file {
            try FileHead.expectState(in: file, orDirectory: ", or -d for a store's directory")
            let state = try StoredState(reading: file)
            return (state.store, state.view)
        }
        let options = LocalOptions(directory: dataDirectory ?? "", name: store ?? "default")
        return (options.name, try await options.withStore { $0.view })
    }

    /// The largest subtrees, in the order of their paths.
    private static func largest(
        _ limit: Int, of subtrees: [SubtreeSizes.Subtree]
    ) -> [SubtreeSizes.Subtree] {
        guard subtrees.count > limit else { return subtrees }
        let order = subtrees.indices.sorted { one, other in
            let (one, other) = (subtrees[one], subtrees[other])
            return (one.payloadBytes, one.nodeCount) > (other.payloadBytes, other.nodeCount)
        }
        return order.prefix(limit).sorted().map { subtrees[$0] }
    }
}

/// The sizes of subtrees for people and for programs.
private struct SizeReport {
    let store: String?
    let revision: Revision
    let whole: SubtreeSizes.Subtree
    let subtrees: [SubtreeSizes.Subtree]
    let hiddenCount: Int

    var lines: [String] {
        var table = TextTable(
            header: ["PATH", "NODES", "BYTES", "SHARE"],
            rows: subtrees.map { subtree in
                let share = 100 * Double(subtree.payloadBytes) / Double(max(1, whole.payloadBytes))
                let tenths = Int((10 * share).rounded())
                return [
                    subtree.path.description, "\(subtree.nodeCount)", "\(subtree.payloadBytes)",
                    "\(tenths / 10).\(tenths % 10) %",
                ]
            })
        table.rightAligned = [1, 2, 3]
        let name = store.map { "\($0) at " } ?? ""
        let rest = hiddenCount > 0 ? ["… \(hiddenCount) more"] : []
        return ["\(name)revision \(revision.rawValue)"] + table.lines() + rest
    }

    var jsonText: String {
        var printer = JSONPrinter()
        printer.beginObject()
        if let store { printer.writeMember("store", store) }
        printer.writeMember("revision", revision.rawValue)
        printer.writeMember("nodes", whole.nodeCount)
        printer.writeMember("payloadBytes", whole.payloadBytes)
        printer.writeKey("subtrees")
        printer.writeArray(subtrees) { subtree, printer in
            printer.beginObject()
            printer.writeMember("path", subtree.path.description)
            printer.writeMember("nodes", subtree.nodeCount)
            printer.writeMember("payloadBytes", subtree.payloadBytes)
            printer.endObject()
        }
        printer.endObject()
        return printer.finish()
    }
}
