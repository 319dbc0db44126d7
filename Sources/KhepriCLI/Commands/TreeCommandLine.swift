import ArgumentParser
import Khepri
import KhepriTree

/// The command `khepri tree`.
struct TreeCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Draw the tree below a node.",
        discussion: """
            EXAMPLES
              khepri tree -d shop
              khepri tree -d shop /stock --depth 2 --no-values
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "The node to begin at.")
    var path = "/"

    @Option(help: "Show at most so many levels below the node.")
    var depth = 64

    @Option(help: "Show at most so many children of a node.")
    var children = 1_000

    @Flag(inversion: .prefixedNo, help: "Show the values, cut to the width of a line.")
    var values = true

    func validate() throws {
        guard depth >= 0, children >= 1 else {
            throw ValidationError("expected --depth of at least 0 and --children of at least 1")
        }
    }

    func run() async throws {
        let path = try Arguments.path(path)
        let view = try await store.withPlace { try await $0.view(below: path, leased: true) }
        guard view.exists(path) else {
            throw ProgramExit(.notFound, "there is no node at \(path)")
        }
        let drawing = TreeDrawing(view: view, depth: depth, children: children, values: values)
        try drawing.draw(path) { try StandardOutput.line($0) }
    }
}

/// Draws a subtree with lines.
struct TreeDrawing {
    let view: TreeView
    var depth: Int
    var children: Int
    var values: Bool

    /// Calls `line` with each line of the drawing.
    func draw(_ path: TreePath, line: (String) throws -> Void) throws {
        try line(try label(path, name: path.description))
        try drawChildren(of: path, prefix: "", levels: depth, line: line)
    }

    private func drawChildren(
        of path: TreePath, prefix: String, levels: Int, line: (String) throws -> Void
    ) throws {
        guard levels > 0 else { return }
        let names = view.childNames(of: path, limit: children) ?? []
        let total = try view.node(at: path, as: Payload.self)?.childCount ?? 0
        for (index, name) in names.enumerated() {
            let isLast = index + 1 == total
            let child = path.child(name)
            try line(
                prefix + (isLast ? "╰── " : "├── ")
                    + (try label(child, name: TreePath.root.child(name).description.dropFirstSlash))
            )
            let deeper = prefix + (isLast ? "    " : "│   ")
            try drawChildren(of: child, prefix: deeper, levels: levels - 1, line: line)
        }
        if names.count < total { try line(prefix + "╰── … \(total - names.count) more") }
    }

    private func label(_ path: TreePath, name: String) throws -> String {
        guard values, let value = try view.get(path, as: Payload.self) else { return name }
        let text = value.jsonText
        return name + " = " + (text.count > 60 ? text.prefix(59) + "…" : text)
    }
}

extension String {
    /// The text of a path of one component without its slash.
    fileprivate var dropFirstSlash: String { String(dropFirst()) }
}
