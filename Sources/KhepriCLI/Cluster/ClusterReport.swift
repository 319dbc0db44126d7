import CBOR
import KhepriTree

/// What a member says of its cluster, for people and for programs.
struct ClusterReport {
    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    func print(as format: OutputFormat) throws {
        guard format == .human || format == .table else {
            return try StandardOutput.line(json.jsonText)
        }
        try StandardOutput.line("leader     \(json.text("leader") ?? "none")")
        try StandardOutput.line("term       \(json.text("term") ?? "?")")
        try StandardOutput.line("committed  \(json.text("committedRevision") ?? "?")")
        try StandardOutput.line("applied    \(json.text("appliedRevision") ?? "?")")
        try printMembers(as: .table)
    }

    func printMembers(as format: OutputFormat) throws {
        guard case .array(let members)? = json["members"] else { return }
        switch format {
        case .json: return try StandardOutput.line(JSONValue.array(members).jsonText)
        case .jsonl: for member in members { try StandardOutput.line(member.jsonText) }
        case .human, .table:
            let rows = members.map { member in
                [
                    member.text("name") ?? "?", member.text("role") ?? "?",
                    member["isLeader"] == .boolean(true) ? "leader" : "",
                    member.text("priority") ?? "0", member.text("peerAddress") ?? "",
                    member.text("endpoint") ?? "",
                ]
            }
            let table = TextTable(
                header: ["NAME", "ROLE", "", "PRIORITY", "PEER", "ENDPOINT"], rows: rows)
            for line in table.lines() { try StandardOutput.line(line) }
        }
    }
}

extension JSONValue {
    /// A member as text; nil without it, or for what is neither string nor number.
    fileprivate func text(_ key: CBORText) -> String? { self[key]?.plainText }
}
