package import CBOR

extension OperationResult {
    /// The result as a line of `khepri-ops/1`, without the end of the line.
    package var jsonText: String {
        var printer = JSONPrinter()
        write(to: &printer)
        return printer.finish()
    }

    /// Prints the result as an object of `khepri-ops/1`.
    package func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        writeMembers(to: &printer)
        printer.endObject()
    }

    /// Prints the members of the result's object, for a caller that adds some of its own.
    package func writeMembers(to printer: inout JSONPrinter) {
        switch self {
        case .nodes(let nodes):
            printer.writeKey("nodes")
            printer.writeArray(nodes) { node, printer in
                printer.beginArray()
                printer.writeString(node.path.description)
                node.writeProperties(to: &printer)
                printer.endArray()
            }
        case .boolean(let value):
            printer.writeMember("bool", value)
        case .count(let count):
            printer.writeMember("count", count)
        case .results(let results):
            printer.writeKey("results")
            printer.writeArray(results) { $0.write(to: &$1) }
        case .aborted(let reason):
            printer.writeKey("aborted")
            reason.write(to: &printer)
        case .ok:
            printer.writeMember("ok", true)
        case .error(let error):
            printer.writeKey("error")
            error.write(to: &printer)
        }
    }
}

extension ResultNode {
    /// Prints the properties as an object; one without a value is left out.
    package func writeProperties(to printer: inout JSONPrinter) {
        printer.beginObject()
        if let payload {
            printer.writeKey("value")
            payload.write(to: &printer)
        }
        if hasPayload == true { printer.writeMember("hasPayload", true) }
        writeNumber("payloadVersion", payloadVersion, to: &printer)
        writeNumber("childListVersion", childListVersion, to: &printer)
        writeNumber("childCount", childCount, to: &printer)
        if let childNames {
            printer.writeKey("childNames")
            printer.writeArray(childNames) { $1.writeString($0.string) }
        }
        if let deleteReason { printer.writeMember("deleteReason", deleteReason.rawValue) }
        writeNumber("createdRevision", createdRevision?.rawValue, to: &printer)
        writeNumber("modifiedRevision", modifiedRevision?.rawValue, to: &printer)
        writeNumber("childrenRevision", childrenRevision?.rawValue, to: &printer)
        printer.endObject()
    }

    private func writeNumber(_ key: String, _ value: UInt64?, to printer: inout JSONPrinter) {
        guard let value else { return }
        printer.writeMember(key, value)
    }
}

extension OperationError {
    /// Prints the error as an object.
    package func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        printer.writeMember("code", code.rawValue)
        if let path { printer.writeMember("path", path.description) }
        if let isTarget { printer.writeMember("isTarget", isTarget) }
        printer.writeMember("message", message)
        printer.endObject()
    }
}
