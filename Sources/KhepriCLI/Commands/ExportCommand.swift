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
            let view = try await store.view(below: path, leased: false)
            guard view.exists(path) else {
                throw ProgramExit(.notFound, "there is no node at \(path)")
            }
            let progress = ProgressLine()
            defer { progress.end() }
            let count = try write(view, from: path) { progress.show("\($0) nodes exported") }
            if to != "-" { try StandardOutput.line("\(Counted(count, "node")) exported to \(to)") }
        }
    }

    /// - Returns: How many nodes were written.
    private func write(
        _ view: TreeView, from path: TreePath, _ progress: @escaping (Int) -> Void
    ) throws -> Int {
        guard to == "-" || to.hasSuffix(".jsonl") || to.hasSuffix(".json") else {
            var writer = DirectoryWriter(view: view, progress: progress)
            return try writer.write(path, to: to)
        }
        let output = try OutputFile(to)
        let writer = OperationWriter(
            view: view, asArray: to.hasSuffix(".json"), progress: progress)
        let count = try writer.write(path, to: output)
        try output.finish()
        return count
    }
}
