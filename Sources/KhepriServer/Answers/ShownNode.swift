package import CBOR
package import Khepri

/// A node as every interface shows it: the object of the HTTP API and of `--format json`.
package struct ShownNode: Sendable, Hashable {
    /// Where it is.
    package var path: TreePath
    /// Its payload, nil if it has none.
    package var value: Payload?
    /// Counts the changes of the payload.
    package var payloadVersion: UInt64
    /// How many children it has.
    package var childCount: UInt64
    /// The revision that created it.
    package var createdRevision: UInt64
    /// The revision of the last change of its payload.
    package var modifiedRevision: UInt64

    /// What is shown of a node.
    package init(_ node: Node<Payload>) {
        path = node.path
        value = node.value
        payloadVersion = node.payloadVersion
        childCount = UInt64(node.childCount)
        createdRevision = node.createdRevision.rawValue
        modifiedRevision = node.modifiedRevision.rawValue
    }

    /// Reads the object back.
    ///
    /// - Returns: nil for anything else.
    package init?(json: JSONValue) throws {
        guard case .string(let text)? = json["path"],
            case .unsigned(let payloadVersion)? = json["payloadVersion"],
            case .unsigned(let childCount)? = json["childCount"],
            case .unsigned(let createdRevision)? = json["createdRevision"],
            case .unsigned(let modifiedRevision)? = json["modifiedRevision"]
        else { return nil }
        path = try TreePath(text.string)
        value = try json["value"].map { try Payload($0.cborValue()) }
        self.payloadVersion = payloadVersion
        self.childCount = childCount
        self.createdRevision = createdRevision
        self.modifiedRevision = modifiedRevision
    }

    /// Writes the object.
    package func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        printer.writeMember("path", path.description)
        if let value {
            printer.writeKey("value")
            value.write(to: &printer)
        }
        printer.writeMember("payloadVersion", payloadVersion)
        printer.writeMember("childCount", childCount)
        printer.writeMember("createdRevision", createdRevision)
        printer.writeMember("modifiedRevision", modifiedRevision)
        printer.endObject()
    }

    /// The object on one line.
    package var jsonText: String {
        var printer = JSONPrinter()
        write(to: &printer)
        return printer.finish()
    }
}
