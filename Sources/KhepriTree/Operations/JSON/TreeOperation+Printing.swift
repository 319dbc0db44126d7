package import CBOR

extension TreeOperation {
    /// The operation as a line of `khepri-ops/1`, without the end of the line.
    ///
    /// Members that say what holds anyway are left out. Reading the line gives this operation.
    package var jsonText: String {
        var printer = JSONPrinter()
        write(to: &printer)
        return printer.finish()
    }

    /// Prints the operation as an object of `khepri-ops/1`.
    package func write(to printer: inout JSONPrinter) {
        let parts = OperationParts(of: kind)
        printer.beginObject()
        printer.writeMember("op", parts.code.name)
        if parts.code.fields.contains(.path) {
            printer.writeKey("path")
            path.write(to: &printer)
        }
        parts.write(to: &printer)
        if parts.code.fields.contains(.path) { options.write(to: &printer) }
        printer.endObject()
    }
}

extension OperationParts {
    /// Prints the members that belong to the code.
    fileprivate func write(to printer: inout JSONPrinter) {
        let fields = code.fields
        if let source {
            printer.writeMember("from", source.description)
            if overwrite { printer.writeMember("overwrite", overwrite) }
        }
        if let expected {
            printer.writeKey("expected")
            expected.write(to: &printer)
        }
        if fields.contains(.payload) { Self.write(payload, to: &printer) }
        if let keepWhile {
            printer.writeKey("keepWhile")
            printer.writeArray(keepWhile) { $0.write(to: &$1) }
        }
        if fields.contains(.operations) {
            printer.writeMember("mode", isReadOnly ? "ro" : "rw")
            printer.writeKey("ops")
            printer.writeArray(operations) { $0.write(to: &$1) }
        }
        if let reason {
            printer.writeKey("reason")
            reason.write(to: &printer)
        }
    }

    private static func write(_ payload: Payload?, to printer: inout JSONPrinter) {
        guard let payload else { return printer.writeMember("noPayload", true) }
        printer.writeKey("value")
        payload.write(to: &printer)
    }
}

extension TreeOperation.Options {
    /// Prints the options that are not as usual.
    fileprivate func write(to printer: inout JSONPrinter) {
        if returning != .standard {
            printer.writeKey("return")
            let names = NodePropertySet.named.filter { returning.contains($0.set) }
            printer.writeArray(names) { $1.writeString($0.name) }
        }
        if includeRoot { printer.writeMember("includeRoot", true) }
        if !returnIndirectDeletes { printer.writeMember("returnIndirectDeletes", false) }
    }
}

extension KeepWhileEntry {
    /// Prints the entry as `[path, condition]`.
    func write(to printer: inout JSONPrinter) {
        printer.beginArray()
        watched.write(to: &printer)
        condition.write(to: &printer)
        printer.endArray()
    }
}

extension KeepWhileEntry.WatchedPath {
    /// Prints the path as text where it has a text form, else as an array, which begins with
    /// `{"up":n}` for a relative one; a lease as `{"lease":"…"}` with its 32 digits.
    fileprivate func write(to printer: inout JSONPrinter) {
        if let text { return printer.writeString(text) }
        switch self {
        case .absolute(let pattern):
            pattern.write(to: &printer)
        case .relative(let up, let pattern):
            printer.beginArray()
            printer.beginObject()
            printer.writeMember("up", up)
            printer.endObject()
            for component in pattern.components { component.write(to: &printer) }
            printer.endArray()
        case .lease(let id):
            printer.beginObject()
            printer.writeKey("lease")
            printer.writeString(id.hexadecimal)
            printer.endObject()
        }
    }
}

extension TreePattern {
    /// Prints the pattern as text where it has a text form, else as an array of components.
    package func write(to printer: inout JSONPrinter) {
        if let text { return printer.writeString(text) }
        printer.writeArray(components) { $0.write(to: &$1) }
    }
}
