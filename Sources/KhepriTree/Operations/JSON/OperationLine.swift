package import CBOR

/// One line of `khepri-ops/1`.
package enum OperationLine: Hashable, Sendable {
    /// The first line of a file, which says what the others are.
    case header
    /// Go on with a new empty store.
    case reset
    /// An operation.
    case operation(TreeOperation)

    /// The format that headers name and this type reads.
    package static let format: CBORText = "khepri-ops/1"

    /// Reads a line of JSON.
    ///
    /// - Throws: ``OperationError`` `.invalidPath` for a text that is no path, and `.invalidOperation`
    ///   for anything else that is not an operation; the message names the member.
    package init(_ text: UnsafeRawBufferPointer) throws {
        let json: JSONValue
        do {
            json = try JSONParser.value(of: text)
        } catch {
            throw OperationError(.invalidOperation, "\(error)")
        }
        try self.init(json)
    }

    /// Reads a line of JSON.
    ///
    /// - Throws: ``OperationError`` as ``init(_:)``.
    package init(_ text: String) throws {
        var text = text
        self = try text.withUTF8 { try OperationLine(UnsafeRawBufferPointer($0)) }
    }

    /// Reads JSON that is parsed already.
    ///
    /// - Throws: ``OperationError`` as ``init(_:)``.
    package init(_ json: JSONValue) throws {
        if json["op"] == nil, let format = json["format"] {
            guard format == .string(Self.format) else {
                throw OperationError(
                    .invalidOperation, "expected the format \(Self.format), found another")
            }
            self = .header
        } else if json["op"] == .string("reset") {
            var members = try JSONMembers(json, of: "reset")
            _ = try members.required("op")
            members.dropAnnotations()
            try members.expectEnd()
            self = .reset
        } else {
            self = .operation(try TreeOperation(json: json))
        }
    }
}
