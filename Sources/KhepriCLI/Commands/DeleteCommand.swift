import ArgumentParser
import Khepri
import KhepriTree

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete nodes with everything below them; ends with 1 when there are none.",
        discussion: """
            EXAMPLES
              khepri delete -d shop /stock/wood/oak
              khepri delete -d shop '/stock/*/ash'
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "A path, or a pattern with * and **.")
    var pattern: String

    @Flag(help: "Print the path of each node that is gone.")
    var verbose = false

    func run() async throws {
        let pattern = try Arguments.pattern(pattern)
        let receipt = try await store.withStore { store in
            try await store.deleteAll(matching: pattern)
        }
        if verbose {
            for path in receipt.deleted { try StandardOutput.line("deleted \(path)") }
            for path in receipt.expired { try StandardOutput.line("expired \(path)") }
        }
        // The root itself is never gone: deleting it empties it.
        if receipt.deleted.isEmpty && pattern.exactPath != .root {
            throw ProgramExit(.notFound, "no node matches \(pattern)")
        }
    }
}
