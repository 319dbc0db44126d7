import ArgumentParser
import Khepri
import KhepriServer
import KhepriTree

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print the value of a node; ends with 1 when there is no such node.",
        discussion: """
            EXAMPLES
              khepri get -d shop /stock/wood/oak
              khepri get -d shop /users/alice --format json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: FormatOptions

    @Argument(help: "The path of the node, such as /stock/wood/oak.")
    var path: String

    @Flag(help: "Print text without quotes and byte strings as they are.")
    var raw = false

    func run() async throws {
        let path = try Arguments.path(path)
        let node = try await store.withPlace { try await $0.node(at: path) }
        guard let node else { throw ProgramExit(.notFound, "there is no node at \(path)") }
        guard output.format == .human else {
            var printer = NodePrinter(format: output.format)
            try printer.add(node)
            return try printer.finish()
        }
        guard let value = node.value else { return }
        if raw, let bytes = value.rawBytes {
            try StandardOutput.write(bytes)
        } else {
            try StandardOutput.line(value.jsonText)
        }
    }
}
