import ArgumentParser
import Khepri
import KhepriServer
import KhepriTree

/// The command `khepri tree`.
struct TreeCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Draw the tree below a node.",
        discussion: """
            Of a server's store, the children of each node are read when they are drawn.

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
        try Arguments.expect("--depth", atLeast: 0, found: depth)
        try Arguments.expect("--children", atLeast: 1, found: children)
    }

    func run() async throws {
        let path = try Arguments.path(path)
        try await store.withPlace { store in
            guard let top = try await store.node(at: path) else {
                throw ProgramExit(.notFound, "there is no node at \(path)")
            }
            let drawing = TreeDrawing(
                store: store, depth: depth, children: children, values: values)
            try await drawing.draw(top) { try StandardOutput.line($0) }
        }
    }
}

/// Draws a subtree with lines; each node's children are read when they are drawn.
struct TreeDrawing {
    let store: any StorePlace
    var depth: Int
    var children: Int
    var values: Bool

    /// Calls `line` with each line of the drawing.
    func draw(_ top: ShownNode, line: (String) throws -> Void) async throws {
        try line(label(top, name: top.path.description))
        try await drawChildren(of: top, prefix: "", levels: depth, line: line)
    }

    private func drawChildren(
        of parent: ShownNode, prefix: String, levels: Int, line: (String) throws -> Void
    ) async throws {
        guard levels > 0, parent.childCount > 0 else { return }
        var nodes: [ShownNode] = []
        let pattern = TreePattern(parent.path).child(where: .anyName)
        try await store.forEachNode(matching: pattern, after: nil, limit: children) {
            nodes.append($0)
        }
        let left = Int(clamping: parent.childCount) - nodes.count
        for (index, node) in nodes.enumerated() {
            let isLast = left <= 0 && index + 1 == nodes.count
            let name = TreePath(components: [node.path.components[parent.path.depth]])
            try line(
                prefix + (isLast ? "╰── " : "├── ")
                    + label(node, name: name.description.dropFirstSlash))
            let deeper = prefix + (isLast ? "    " : "│   ")
            try await drawChildren(of: node, prefix: deeper, levels: levels - 1, line: line)
        }
        if left > 0 { try line(prefix + "╰── … \(left) more") }
    }

    private func label(_ node: ShownNode, name: String) -> String {
        guard values, let value = node.value else { return name }
        let text = value.jsonText
        return name + " = " + (text.count > 60 ? text.prefix(59) + "…" : text)
    }
}

extension String {
    /// The text of a path of one component without its slash.
    fileprivate var dropFirstSlash: String { String(dropFirst()) }
}
