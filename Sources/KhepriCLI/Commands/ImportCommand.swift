import ArgumentParser
import Foundation
import Khepri
import KhepriTree

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read a directory, or a file of JSON lines or JSON, into the store.",
        discussion: """
            A directory becomes nodes: a file is a node with its contents, as text or as bytes. Names \
            are percent-decoded, links are not followed. A file holds writes as `khepri export` makes \
            them: one a line, or a JSON array of them.

            Everything is read and checked before anything is written. An import that the store \
            refuses half-way names the operation, and can be run again.

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

    @Flag(help: "Only check the source, and print what would be written.")
    var dryRun = false

    func run() async throws {
        let target = try Arguments.path(into)
        let limit = Diagnostics.configuration.valueBytesMaximum
        var source = try OperationSource(from, into: target, valueBytesMaximum: limit)
        try await source.read { operation in
            guard operation.payloadBytesMaximum <= limit else {
                throw OperationError(
                    .invalidOperation,
                    "expected a value of at most \(limit) bytes, "
                        + "found \(operation.payloadBytesMaximum)")
            }
            if dryRun { try StandardOutput.line(operation.jsonText) }
        }
        for skipped in source.skipped {
            StandardStreams.note("skipped \(skipped.place): \(skipped.reason)")
        }
        if dryRun { return }
        let count = try await store.withPlace(creating: true) { try await write(source, to: $0) }
        try StandardOutput.line("\(Counted(count, "operation")) imported")
    }

    /// Writes everything; what changed in a directory since it was checked is written as it is now.
    private func write(_ source: OperationSource, to store: any StorePlace) async throws -> Int {
        var source = source
        var writes = OrderedWrites(store)
        let progress = ProgressLine()
        defer { progress.end() }
        try await source.read { operation in
            try await writes.add(operation)
            progress.show("\(writes.completed) operations imported")
        }
        try await writes.finish()
        return writes.completed
    }
}
