import CBOR
import Khepri
import KhepriServer

/// The triggers of a store, for people and for programs.
struct TriggerReport {
    private let triggers: [JSONValue]

    init(_ triggers: [JSONValue]) { self.triggers = triggers }

    func print(as format: OutputFormat) throws {
        switch format {
        case .json: try StandardOutput.line(JSONValue.array(triggers).jsonText)
        case .jsonl: for trigger in triggers { try StandardOutput.line(trigger.jsonText) }
        case .table: try printTable()
        case .human:
            guard !triggers.isEmpty else { return try StandardOutput.line("no triggers") }
            try printTable()
            for trigger in triggers { try printParked(of: trigger) }
        }
    }

    private func printTable() throws {
        let rows = triggers.map { trigger in
            [
                trigger.text("name"), trigger.text("pattern"), trigger.text("priority"),
                trigger.text("handledRevision"), trigger.text("lag"),
                "\(trigger.list("parked").count)",
                trigger.list("changes").map { $0.plainText ?? "?" }.joined(separator: ","),
            ]
        }
        let header = ["NAME", "PATTERN", "PRIORITY", "HANDLED", "LAG", "PARKED", "CHANGES"]
        let table = TextTable(header: header, rows: rows, rightAligned: [2, 3, 4, 5])
        for line in table.lines() { try StandardOutput.line(line) }
    }

    private func printParked(of trigger: JSONValue) throws {
        for parked in trigger.list("parked") {
            let what =
                parked["path"] == nil
                ? "missed changes" : "\(parked.text("change")) \(parked.text("path"))"
            let due = parked["isDue"] == .boolean(true) ? ", due again" : ""
            try StandardOutput.line(
                "\(trigger.text("name")) parked \(parked.text("id")): \(what), "
                    + "failures \(parked.text("failures"))\(due): \(parked.text("failure"))")
        }
    }
}

extension LocalStore {
    func triggers() async throws -> [JSONValue] {
        try store.triggers().map { status in
            var printer = JSONPrinter()
            ShownTrigger(status).write(to: &printer)
            return try JSONParser.value(of: printer.finish())
        }
    }

    func retryParked(_ id: String, of name: String) async throws {
        try await store.retryParked(id, of: name)
    }

    func discardParked(_ id: String, of name: String) async throws {
        try await store.discardParked(id, of: name)
    }

    func removeTrigger(_ name: String) async throws {
        guard try await store.unregisterTrigger(name) else {
            throw StoreError(.nodeNotFound, "there is no trigger \(name)")
        }
    }
}

extension JSONValue {
    /// A member as people read it.
    fileprivate func text(_ key: CBORText) -> String { self[key]?.plainText ?? "?" }

    fileprivate func list(_ key: CBORText) -> [JSONValue] {
        if case .array(let items)? = self[key] { items } else { [] }
    }
}
