import ArgumentParser
import Khepri
import KhepriServer
import KhepriTree

/// How a command prints what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json, jsonl, table
}

struct FormatOptions: ParsableArguments {
    @Option(name: .long, help: "human, json, jsonl or table.")
    var format = OutputFormat.human
}

/// Prints nodes in one of the formats, each as it comes; only a table waits for the last.
struct NodePrinter {
    let format: OutputFormat
    private var count = 0
    private var rows: [[String]] = []

    init(format: OutputFormat) {
        self.format = format
    }

    mutating func add(_ node: ShownNode) throws {
        switch format {
        case .human: try StandardOutput.line(Self.line(of: node))
        case .json:
            let json = (count == 0 ? "[\n  " : ",\n  ") + node.jsonText
            try StandardOutput.write(json.utf8)
        case .jsonl: try StandardOutput.line(node.jsonText)
        case .table: rows.append(Self.row(of: node))
        }
        count += 1
    }

    func finish() throws {
        switch format {
        case .human, .jsonl: return
        case .json: try StandardOutput.line(count == 0 ? "[]" : "\n]")
        case .table:
            let table = TextTable(
                header: ["PATH", "VALUE", "VERSION", "CHILDREN", "MODIFIED"], rows: rows)
            for line in table.lines() { try StandardOutput.line(line) }
        }
    }

    /// One node as people read it: its path, and its value if it has one.
    static func line(of node: ShownNode) -> String {
        guard let value = node.value else { return "\(node.path)" }
        return "\(node.path) = \(value.jsonText)"
    }

    private static func row(of node: ShownNode) -> [String] {
        [
            node.path.description,
            node.value.map(\.jsonText) ?? "",
            "\(node.payloadVersion)",
            "\(node.childCount)",
            "\(node.modifiedRevision)",
        ]
    }
}

/// Columns of text, each as wide as its widest cell.
struct TextTable {
    var header: [String]
    var rows: [[String]]
    /// The columns that are numbers, aligned to the right.
    var rightAligned: Set<Int> = [2, 3, 4]

    func lines() -> [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += rightAligned.contains(column) ? padding + cell : cell + padding
                if column + 1 < row.count { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

/// A number of things, in words: "1 node", "2 nodes".
struct Counted: CustomStringConvertible {
    let description: String

    init(_ count: Int, _ thing: String) {
        description = "\(count) \(thing)\(count == 1 ? "" : "s")"
    }
}
