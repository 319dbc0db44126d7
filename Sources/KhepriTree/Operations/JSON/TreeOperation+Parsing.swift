package import CBOR

extension TreeOperation {
    /// Reads an operation of `khepri-ops/1`; `result`, `compare`, `decision` and `name` are ignored.
    ///
    /// - Throws: ``OperationError`` `.invalidPath` for a text that is no path, and `.invalidOperation`
    ///   for anything else that is not an operation; the message names the member.
    package init(json: JSONValue) throws {
        try self.init(json: json, isInTransaction: false)
    }

    private init(json: JSONValue, isInTransaction: Bool) throws {
        var members = try JSONMembers(json, of: "an operation")
        members.dropAnnotations()
        let name = try members.required("op").text("member 'op'")
        guard let code = OperationCode(name: name) else {
            throw JSONMembers.failure("expected an operation, found '\(name)'")
        }
        guard isInTransaction ? code.isForTransactions : code.isForItself else {
            let place = isInTransaction ? "outside" : "inside"
            throw JSONMembers.failure("expected \(code.name) \(place) a transaction only")
        }
        var parts = OperationParts(code)
        try parts.take(from: &members)
        let path = code.fields.contains(.path) ? try members.required("path").pattern() : .root
        let options = code.fields.contains(.path) ? try members.takeOptions() : Options()
        try members.expectEnd()
        self.init(try parts.kind(), at: path, options: options)
    }

    fileprivate static func transaction(_ json: JSONValue) throws -> [TreeOperation] {
        let elements = try json.elements("member 'ops'")
        let operations = try elements.enumerated().map { index, element in
            do {
                return try TreeOperation(json: element, isInTransaction: true)
            } catch var error as OperationError {
                error.message = "operation \(index + 1): " + error.message
                throw error
            }
        }
        guard operations.transactionCount <= TreeLimits.transactionOperationsMaximum else {
            throw JSONMembers.failure(
                "expected at most \(TreeLimits.transactionOperationsMaximum) operations, "
                    + "found \(operations.transactionCount)")
        }
        return operations
    }
}

extension OperationCode {
    /// Finds an operation by its name in the text form.
    init?(name: CBORText) {
        guard let code = Self.allCases.first(where: { CBORText($0.name) == name }) else {
            return nil
        }
        self = code
    }
}

extension OperationParts {
    /// Takes the members that belong to the code.
    mutating func take(from members: inout JSONMembers) throws {
        let fields = code.fields
        if fields.contains(.payload) { payload = try members.takePayload(of: code.name) }
        if fields.contains(.keepWhile) { keepWhile = try members.takeKeepWhile() }
        if fields.contains(.expected) {
            expected = try PayloadPattern(json: members.required("expected"))
        }
        if fields.contains(.source) {
            source = try members.required("from").path("member 'from'")
            overwrite = try members.takeBoolean("overwrite") ?? false
        }
        if fields.contains(.operations) {
            isReadOnly = try members.takeMode()
            operations = try TreeOperation.transaction(try members.required("ops"))
        }
        if fields.contains(.reason) {
            reason = try members.required("reason").payload("member 'reason'")
        }
    }
}

extension JSONMembers {
    /// Takes `value` or `noPayload`, exactly one of which says something.
    fileprivate mutating func takePayload(of operation: String) throws -> Payload? {
        let value = take("value")
        let isWithout = try takeBoolean("noPayload") ?? false
        guard let value else {
            guard isWithout else {
                throw Self.failure("expected 'value' or 'noPayload' of \(operation), found neither")
            }
            return nil
        }
        guard !isWithout else {
            throw Self.failure("expected 'value' or 'noPayload' of \(operation), found both")
        }
        return try value.payload("member 'value'")
    }

    fileprivate mutating func takeMode() throws -> Bool {
        switch try take("mode")?.text("member 'mode'") ?? "rw" {
        case "rw": return false
        case "ro": return true
        default: throw Self.failure("expected \"rw\" or \"ro\" as member 'mode', found another")
        }
    }

    fileprivate mutating func takeKeepWhile() throws -> [KeepWhileEntry]? {
        try take("keepWhile")?.elements("member 'keepWhile'").map { entry in
            let pair = try entry.elements("an entry of 'keepWhile'")
            guard pair.count == 2 else {
                throw Self.failure("expected [path, condition] as an entry of 'keepWhile'")
            }
            return KeepWhileEntry(
                try pair[0].watchedPath(), try NodeCondition(json: pair[1]))
        }
    }

    fileprivate mutating func takeOptions() throws -> TreeOperation.Options {
        var options = TreeOperation.Options()
        if let names = try take("return")?.elements("member 'return'") {
            options.returning = []
            for name in names {
                let name = try name.text("an element of 'return'")
                guard
                    let property = NodePropertySet.named.first(where: { CBORText($0.name) == name })
                else {
                    throw Self.failure("expected a property in 'return', found '\(name)'")
                }
                options.returning.insert(property.set)
            }
        }
        options.includeRoot = try takeBoolean("includeRoot") ?? options.includeRoot
        options.returnIndirectDeletes =
            try takeBoolean("returnIndirectDeletes") ?? options.returnIndirectDeletes
        return options
    }
}
