import ArgumentParser
import Foundation
import Khepri
import KhepriTree

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read a directory, or a file of JSON lines or JSON, into the store.",
        discussion: """
            A directory becomes nodes: a file is a node with its contents, as text or as bytes. Links \
            are not followed. A file holds operations as `khepri export` writes them: one a line, or a \
            JSON array of them. An import that stops half-way has imported everything before the \
            operation that it names, and can be run again.

            EXAMPLES
              khepri import -d shop --from shop.jsonl
              khepri import -d shop --from /etc/ssl /config/ssl --dry-run
              khepri export -d old --to - | khepri import -d new --from -
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "A directory, a .jsonl or .json file, or - for lines on the standard input.")
    var from: String

    @Argument(help: "The node that a directory is read into.")
    var into = "/"

    @Flag(help: "Only print what would be written.")
    var dryRun = false

    func run() async throws {
        let target = try Arguments.path(into)
        if dryRun {
            let limit = Diagnostics.configuration.valueBytesMaximum
            return try await read(into: target, valueBytesMaximum: limit) { print($0.jsonText) }
        }
        let count = try await store.withStore(creating: true) { store in
            var writes = OrderedWrites(store)
            let progress = ProgressLine()
            try await read(into: target, valueBytesMaximum: store.valueBytesMaximum) { operation in
                try await writes.add(operation)
                progress.show("\(writes.completed) operations imported")
            }
            try await writes.finish()
            progress.end()
            return writes.completed
        }
        print("\(count) operations imported")
    }

    /// Calls `body` with each operation of the source.
    private func read(
        into target: TreePath, valueBytesMaximum: Int,
        _ body: (TreeOperation) async throws -> Void
    ) async throws {
        if from == "-" {
            return try await OperationReader.readLines(.standardInput, name: "the input", body)
        }
        switch FileKind(at: from) {
        case .missing: throw ProgramExit(.usage, "there is no file or directory \(from)")
        case .directory:
            var reader = DirectoryReader(
                root: from, target: target, valueBytesMaximum: valueBytesMaximum)
            try await reader.read(body)
            for skipped in reader.skipped {
                Diagnostics.note("skipped \(skipped.path): \(skipped.reason)")
            }
        case .file, .other:
            guard let handle = FileHandle(forReadingAtPath: from) else {
                throw ProgramExit(.usage, "cannot read \(from)")
            }
            if from.hasSuffix(".json") {
                try await OperationReader.readArray(handle, name: from, body)
            } else {
                try await OperationReader.readLines(handle, name: from, body)
            }
        }
    }
}
