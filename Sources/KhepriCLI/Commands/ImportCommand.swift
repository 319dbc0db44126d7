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
            refuses half-way names the operation, and can be run again; with --atomic all of it is \
            written, in one command of at most 10,000 operations and 16 MiB, or nothing. Versions \
            begin anew: `khepri backup` and `khepri restore` keep them.

            Nodes may stand before those that their keep-while conditions name, up to 1,000 of them \
            and 4 MiB in an import in pieces.

            With --delete what is at or below the node and not in the source is deleted; --diff shows \
            what would be added (+), changed (~) and removed (-), and writes nothing.

            The operations of a file may be moved to another node, with what their conditions name.

            EXAMPLES
              khepri import -d shop --from shop.jsonl
              khepri import -d shop --from /etc/ssl /config/ssl --dry-run
              khepri import -d shop --from shop.jsonl --below /stock /goods --atomic
              khepri import -d shop --from ./files /config --delete --diff
              khepri export -d old --to - | khepri import -d new --from -
            """)

    @OptionGroup var store: StoreOptions

    @Option(help: "A directory, a .jsonl or .json file, or - for lines on the standard input.")
    var from: String

    @Argument(help: "The node that a directory is read into, or a file.")
    var into = "/"

    @Option(help: "The node of the file that becomes that one.")
    var below = "/"

    @Flag(help: "Write everything in one command, or nothing.")
    var atomic = false

    @Flag(help: "Only check the source, and print what would be written.")
    var dryRun = false

    @Flag(help: "Only check the source, and print what would be different; it holds puts only.")
    var diff = false

    @Flag(help: "Delete what is at or below the node and not in the source, which holds puts only.")
    var delete = false

    func validate() throws {
        guard !dryRun || !(diff || delete) else {
            throw ValidationError("expected --diff in place of --dry-run")
        }
    }

    func run() async throws {
        let place = Relocation(source: try Arguments.path(below), target: try Arguments.path(into))
        let limit = Diagnostics.configuration.valueBytesMaximum
        var source = try OperationSource(from, to: place, valueBytesMaximum: limit)
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
        if diff {
            let lines = try await store.withPlace { store in
                let (difference, removed) = try await compare(source, with: store, at: place.target)
                return difference.lines(removing: removed)
            }
            for line in lines { try StandardOutput.line(line) }
            return
        }
        let count = try await store.withPlace(creating: true) { store in
            let removed =
                delete ? try await compare(source, with: store, at: place.target).removed : []
            return try await write(
                source, to: store, removed.map { TreeOperation(.delete, at: TreePattern($0)) })
        }
        try StandardOutput.line("\(Counted(count, "operation")) imported")
    }

    /// What the import makes different, and what it removes if it is to.
    private func compare(
        _ source: OperationSource, with store: any StorePlace, at target: TreePath
    ) async throws -> (ImportDifference, removed: [TreePath]) {
        var source = source
        var difference = ImportDifference(
            from: try await store.view(), at: target)
        try await source.read { try difference.add($0) }
        return (difference, delete ? difference.removed : [])
    }

    /// Writes everything, and then more; what changed in a directory since it was checked is written
    /// as it is now.
    private func write(
        _ source: OperationSource, to store: any StorePlace, _ more: [TreeOperation]
    ) async throws -> Int {
        var source = source
        if atomic {
            var writes = AtomicWrites()
            try await source.read { try writes.add($0) }
            for operation in more { try writes.add(operation) }
            try await writes.finish(in: store)
            return writes.count
        }
        var writes = OrderedWrites(store)
        let progress = ProgressLine()
        defer { progress.end() }
        do {
            try await source.read { operation in
                try await writes.add(operation)
                progress.show("\(writes.completed) operations imported")
            }
            for operation in more { try await writes.add(operation) }
            try await writes.finish()
        } catch {
            progress.end()
            StandardStreams.note(
                "khepri: \(Counted(writes.completed, "operation")) imported before the error; "
                    + "import again to go on")
            throw error
        }
        return writes.completed
    }
}
