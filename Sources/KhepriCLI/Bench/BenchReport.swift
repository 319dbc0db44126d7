/// Prints the rows of a benchmark, each with its ratio to the bare device.
final class BenchReport {
    private let asJSON: Bool
    private var bare: BenchRow?
    private var rows: [BenchRow] = []

    init(asJSON: Bool) {
        self.asJSON = asJSON
        if !asJSON {
            print(Self.line(["", "per second", "p50", "p99", "p99.9", "p50 / bare", ""]))
        }
    }

    /// Takes the row that the others are compared with.
    func addBare(_ row: BenchRow) {
        bare = row
        add(row)
    }

    func add(_ row: BenchRow) {
        rows.append(row)
        guard !asJSON else { return }
        print(
            Self.line([
                row.name,
                row.operations > 0 ? Self.number(row.perSecond) : "",
                Self.time(row.p50), Self.time(row.p99), Self.time(row.p999),
                ratio(of: row).map(Self.decimal) ?? "",
                row.note,
            ]))
    }

    /// Prints what was held back.
    func end(machine: String) {
        guard asJSON else { return }
        let lines = rows.map { row in
            var fields = ["\"name\":\"\(row.name)\"", "\"perSecond\":\(Int(row.perSecond))"]
            fields.append("\"seconds\":\(row.seconds)")
            for (key, value) in [("p50", row.p50), ("p99", row.p99), ("p999", row.p999)] {
                if let value { fields.append("\"\(key)Nanoseconds\":\(Int(value))") }
            }
            if let ratio = ratio(of: row) { fields.append("\"p50ToBare\":\(ratio)") }
            if !row.note.isEmpty { fields.append("\"note\":\"\(row.note)\"") }
            return "  {" + fields.joined(separator: ",") + "}"
        }
        print("{\"machine\":\"\(machine)\",\"rows\":[\n" + lines.joined(separator: ",\n") + "\n]}")
    }

    private func ratio(of row: BenchRow) -> Double? {
        guard let own = row.p50, let other = bare?.p50, other > 0 else { return nil }
        return own / other
    }

    private static let widths = [44, 12, 10, 10, 10, 10, 0]

    private static func line(_ cells: [String]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, widths[index] - cell.count))
            text += index == 0 || index == cells.count - 1 ? cell + padding : padding + cell
            text += "  "
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    private static func number(_ value: Double) -> String {
        var digits = Array("\(Int(value.rounded()))")
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return String(digits)
    }

    private static func time(_ nanoseconds: Double?) -> String {
        guard let nanoseconds else { return "" }
        switch nanoseconds {
        case ..<1_000: return "\(Int(nanoseconds)) ns"
        case ..<1_000_000: return decimal(nanoseconds / 1_000) + " µs"
        default: return decimal(nanoseconds / 1_000_000) + " ms"
        }
    }

    private static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
