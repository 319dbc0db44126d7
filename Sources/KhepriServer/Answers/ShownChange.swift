import CBOR
import Khepri

/// A change as the HTTP API and the command line show it.
struct ShownChange {
    private let change: TreeChange
    private let old: Node<Payload>?
    private let new: Node<Payload>?

    init(_ change: TreeChange) throws {
        self.change = change
        old = try change.old()
        new = try change.new()
    }

    /// Writes the object: what happened, the value now, and what the value was.
    func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        printer.writeMember("path", change.path.description)
        printer.writeMember("change", change.kind.rawValue)
        if let value = new?.value {
            printer.writeKey("value")
            value.write(to: &printer)
        }
        if let value = old?.value {
            printer.writeKey("oldValue")
            value.write(to: &printer)
        }
        if let new { printer.writeMember("payloadVersion", new.payloadVersion) }
        if let reason = change.deleteReason { printer.writeMember("reason", reason.rawValue) }
        printer.writeMember("revision", change.revision.rawValue)
        printer.endObject()
    }
}
