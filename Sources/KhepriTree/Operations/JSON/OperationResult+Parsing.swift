package import CBOR

extension OperationResult {
    /// Reads back what ``write(to:)`` printed; members that are none of its own are passed over.
    ///
    /// - Throws: ``OperationError`` `.invalidOperation` for anything else.
    package init(json: JSONValue) throws {
        guard case .object = json else { throw Self.malformed("an object") }
        if let nodes = json["nodes"] {
            self = .nodes(try Self.elements(nodes).map { try ResultNode(json: $0) })
        } else if case .boolean(let value)? = json["bool"] {
            self = .boolean(value)
        } else if case .unsigned(let count)? = json["count"] {
            self = .count(Int(clamping: count))
        } else if let results = json["results"] {
            self = .results(try Self.elements(results).map { try OperationResult(json: $0) })
        } else if let reason = json["aborted"] {
            self = .aborted(reason: try Payload(reason.cborValue()))
        } else if let error = json["error"] {
            self = .error(try OperationError(json: error))
        } else if json["ok"] == .boolean(true) {
            self = .ok
        } else {
            throw Self.malformed("a result")
        }
    }

    fileprivate static func elements(_ json: JSONValue) throws -> [JSONValue] {
        guard case .array(let elements) = json else { throw malformed("an array") }
        return elements
    }

    fileprivate static func malformed(_ expectation: String) -> OperationError {
        OperationError(.invalidOperation, "expected \(expectation) in a result")
    }
}

extension ResultNode {
    fileprivate init(json: JSONValue) throws {
        let parts = try OperationResult.elements(json)
        guard parts.count == 2, case .string(let path) = parts[0] else {
            throw OperationResult.malformed("a path and properties")
        }
        let properties = parts[1]
        self.init(path: try TreePath(path.string))
        payload = try properties["value"].map { try Payload($0.cborValue()) }
        hasPayload = properties["hasPayload"] == .boolean(true) ? true : nil
        payloadVersion = properties.count("payloadVersion")
        childListVersion = properties.count("childListVersion")
        childCount = properties.count("childCount")
        childNames = try properties["childNames"].map { names in
            try OperationResult.elements(names).map { name in
                guard case .string(let text) = name else {
                    throw OperationResult.malformed("names")
                }
                return try PathComponent(text.string)
            }
        }
        if case .string(let reason)? = properties["deleteReason"] {
            deleteReason = DeleteReason(rawValue: reason.string)
        }
        createdRevision = properties.count("createdRevision").map(Revision.init)
        modifiedRevision = properties.count("modifiedRevision").map(Revision.init)
        childrenRevision = properties.count("childrenRevision").map(Revision.init)
    }
}

extension OperationError {
    fileprivate init(json: JSONValue) throws {
        guard case .string(let name)? = json["code"], let code = Code(rawValue: name.string),
            case .string(let message)? = json["message"]
        else { throw OperationResult.malformed("a code and a message") }
        var path: TreePath?
        if case .string(let text)? = json["path"] { path = try TreePath(text.string) }
        var isTarget: Bool?
        if case .boolean(let value)? = json["isTarget"] { isTarget = value }
        self.init(code, message.string, path: path, isTarget: isTarget)
    }
}

extension JSONValue {
    fileprivate func count(_ key: CBORText) -> UInt64? {
        guard case .unsigned(let number)? = self[key] else { return nil }
        return number
    }
}
