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
        let operation = TreeOperation(
            .deleteMany, at: pattern, options: .init(returning: .deleteReason))
        let result = try await store.withPlace { try await $0.succeed(operation) }
        guard case .nodes(let nodes) = result else {
            throw ProgramExit(.fault, "expected the nodes that are gone")
        }
        let deleted = nodes.filter { $0.deleteReason == .explicit }
        if verbose {
            for node in deleted { try StandardOutput.line("deleted \(node.path)") }
            for node in nodes where node.deleteReason == .keepWhile {
                try StandardOutput.line("expired \(node.path)")
            }
        }
        // The root itself is never gone: deleting it empties it.
        if deleted.isEmpty && pattern.exactPath != .root {
            throw ProgramExit(.notFound, "no node matches \(pattern)")
        }
    }
}
