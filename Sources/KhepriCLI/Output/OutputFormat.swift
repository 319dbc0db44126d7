import ArgumentParser
import CBOR
import Khepri
import KhepriTree

/// How a command prints what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case human, json, jsonl, table
}

struct FormatOptions: ParsableArguments {
    @Option(name: .long, help: "human, json, jsonl or table.")
    var format = OutputFormat.human
}

/// Prints nodes in one of the formats.
struct NodePrinter {
    let format: OutputFormat

    /// Prints a listing, one page at a time.
    func print(_ nodes: [Node<Payload>]) throws {
        switch format {
        case .human:
            for node in nodes { Swift.print(try Self.line(of: node)) }
        case .json:
            Swift.print("[")
            for (index, node) in nodes.enumerated() {
                Swift.print("  " + (try Self.json(of: node)) + (index + 1 < nodes.count ? "," : ""))
            }
            Swift.print("]")
        case .jsonl:
            for node in nodes { Swift.print(try Self.json(of: node)) }
        case .table:
            let rows = try nodes.map(Self.row)
            TextTable(header: ["PATH", "VALUE", "VERSION", "CHILDREN", "MODIFIED"], rows: rows)
                .print()
        }
    }

    /// One node as people read it: its path, and its value if it has one.
    static func line(of node: Node<Payload>) throws -> String {
        guard let value = node.value else { return "\(node.path)" }
        return "\(node.path) = \(value.jsonText)"
    }

    /// One node as a JSON object on one line, in the form of the HTTP API.
    static func json(of node: Node<Payload>) throws -> String {
        let path = try JSONPrinter.text(
            of: CBORValue.text(CBORText(node.path.description)).encoded())
        let value = node.value.map { ",\"value\":\($0.jsonText)" } ?? ""
        return "{\"path\":\(path)\(value),\"payloadVersion\":\(node.payloadVersion)"
            + ",\"childCount\":\(node.childCount)"
            + ",\"createdRevision\":\(node.createdRevision.rawValue)"
            + ",\"modifiedRevision\":\(node.modifiedRevision.rawValue)}"
    }

    private static func row(of node: Node<Payload>) throws -> [String] {
        [
            node.path.description,
            node.value.map(\.jsonText) ?? "",
            "\(node.payloadVersion)",
            "\(node.childCount)",
            "\(node.modifiedRevision.rawValue)",
        ]
    }
}

/// Columns of text, each as wide as its widest cell.
struct TextTable {
    var header: [String]
    var rows: [[String]]
    /// The columns that are numbers, aligned to the right.
    var rightAligned: Set<Int> = [2, 3, 4]

    func print() {
        for line in lines() { Swift.print(line) }
    }

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
