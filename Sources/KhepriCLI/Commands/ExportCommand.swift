import ArgumentParser
import Foundation
import Khepri
import KhepriTree

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a subtree to a directory, or to a file of JSON lines or JSON.",
        discussion: """
            JSON lines and JSON keep everything but versions and revisions, with keep-while conditions. \
            A directory keeps nodes and values; names are percent-encoded. Nodes that leases keep are \
            left out, with what is below them. The export is of one revision, however long it takes, \
            and has its name only when it is whole.

            EXAMPLES
              khepri export -d shop --to shop.jsonl
              khepri export -d shop --to shop.json /stock
              khepri export -d shop --to ./files /config
              khepri export -d shop --to - | gzip > shop.jsonl.gz
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        help: "A new directory, a new .jsonl or .json file, or - for lines on the standard output.")
    var to: String

    @Argument(help: "The node to begin at.")
    var path = "/"

    func run() async throws {
        let path = try Arguments.path(path)
        try await store.withPlace { store in
            let progress = ProgressLine()
            defer { progress.end() }
            let count =
                isToDirectory
                ? try await writeDirectory(path, of: store) { progress.show("\($0) exported") }
                : try await writeLines(path, of: store) { progress.show("\($0) exported") }
            if to != "-" { try StandardOutput.line("\(count) exported to \(to)") }
        }
    }

    private var isToDirectory: Bool {
        to != "-" && !to.hasSuffix(".jsonl") && !to.hasSuffix(".json")
    }

    private func writeDirectory(
        _ path: TreePath, of store: any StorePlace, _ progress: @escaping (Counted) -> Void
    ) async throws -> Counted {
        let count = try await DirectoryWriter.write(
            path, to: to, progress: { progress(Counted($0, "node")) }
        ) { body in
            try await store.forEachOperation(below: path, body)
        }
        return Counted(count, "node")
    }

    private func writeLines(
        _ path: TreePath, of store: any StorePlace, _ progress: @escaping (Counted) -> Void
    ) async throws -> Counted {
        let output = try OutputFile(to)
        var writer = OperationWriter(to: output, asArray: to.hasSuffix(".json")) {
            progress(Counted($0, "operation"))
        }
        try await store.export(below: path) { try writer.write($0) }
        try writer.end()
        try output.finish()
        return Counted(writer.count, "operation")
    }
}
