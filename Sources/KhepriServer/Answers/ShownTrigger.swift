package import CBOR
package import Khepri

/// A trigger as the HTTP API and the command line show it.
package struct ShownTrigger {
    private let status: TriggerStatus

    package init(_ status: TriggerStatus) { self.status = status }

    /// Writes the object: what the trigger is for, how far it is, and what is parked.
    package func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        printer.writeMember("name", status.name)
        printer.writeMember("pattern", status.pattern)
        printer.writeKey("changes")
        printer.writeArray(status.kinds) { $1.writeString($0) }
        printer.writeMember("priority", status.priority)
        printer.writeMember("handledRevision", status.handledRevision.rawValue)
        if let lag = status.lag { printer.writeMember("lag", lag) }
        printer.writeKey("parked")
        printer.writeArray(status.parked) { Self.write($0, to: &$1) }
        printer.endObject()
    }

    private static func write(
        _ parked: TriggerStatus.ParkedChange, to printer: inout JSONPrinter
    ) {
        printer.beginObject()
        printer.writeMember("id", parked.id)
        if let path = parked.path { printer.writeMember("path", path.description) }
        if let kind = parked.kind { printer.writeMember("change", kind.rawValue) }
        printer.writeMember("revision", parked.revision.rawValue)
        printer.writeMember("failures", parked.failureCount)
        printer.writeMember("failure", parked.failure)
        printer.writeMember("isDue", parked.isDue)
        printer.endObject()
    }
}
