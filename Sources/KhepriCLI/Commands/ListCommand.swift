import ArgumentParser
import Khepri
import KhepriTree

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the nodes that match a pattern, in the order of their paths.",
        discussion: """
            A component * matches one level, ** one or more; o* matches the names that begin with o.

            EXAMPLES
              khepri list -d shop '/stock/*'
              khepri list -d shop '/**' --format jsonl --limit 1000
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "A path, or a pattern with * and **.")
    var pattern = "/**"

    @Option(help: "List at most so many nodes.")
    var limit: Int?

    @Option(help: "List only nodes behind this path: the last one of the page before.")
    var after: String?

    func validate() throws {
        try Arguments.expect("--limit", atLeast: 1, found: limit)
    }

    func run() async throws {
        let pattern = try Arguments.pattern(pattern)
        let after = try after.map(Arguments.path)
        let (printer, count) = try await store.withPlace { place in
            var printer = NodePrinter(format: output.format)
            var count = 0
            try await place.forEachNode(matching: pattern, after: after, limit: limit) { node in
                try printer.add(node)
                count += 1
            }
            return (printer, count)
        }
        try printer.finish()
        if count == 0 && pattern.exactPath != nil {
            throw ProgramExit(.notFound, "there is no node at \(pattern)")
        }
    }
}

struct CountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Print how many nodes match a pattern.",
        discussion: """
            EXAMPLES
              khepri count -d shop '/stock/**'
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "A path, or a pattern with * and **.")
    var pattern = "/**"

    func run() async throws {
        let pattern = try Arguments.pattern(pattern)
        let operation = TreeOperation(.count, at: pattern)
        let result = try await store.withPlace { try await $0.succeed(operation) }
        guard case .count(let count) = result else {
            throw ProgramExit(.fault, "expected a count")
        }
        try StandardOutput.line("\(count)")
    }
}
