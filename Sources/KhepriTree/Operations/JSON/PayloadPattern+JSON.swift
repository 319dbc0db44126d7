import CBOR

extension PayloadPattern {
    /// Reads a payload pattern: data that matches itself, or an object with one member whose name
    /// begins with `$`.
    ///
    /// - Throws: ``OperationError``.
    init(json: JSONValue) throws {
        self = try OperationError.forCondition {
            let pattern = try PayloadPattern(json: json, depth: 1)
            try pattern.validate()
            return pattern
        }
    }

    /// Reads a payload pattern whose size the caller checks.
    init(json: JSONValue, depth: Int) throws {
        try NodeCondition.checkDepth(depth)
        if let member = json.operatorMember {
            self = try Self.interpreted(member, json, depth: depth)
        } else if case .object(let members) = json {
            self = try Self.map(members, depth: depth)
        } else if case .array(let elements) = json {
            self = .array(try Self.patterns(elements, depth: depth))
        } else {
            self = .exactly(try Self.data(json))
        }
    }

    private static func interpreted(
        _ member: JSONMember, _ json: JSONValue, depth: Int
    ) throws -> PayloadPattern {
        let (key, value) = (member.key, member.value)
        let subject = "payload pattern '\(key)'"
        switch key {
        case "$any":
            guard try value.boolean(subject) else {
                throw JSONMembers.failure("expected true as \(subject), found false")
            }
            return .anything
        case "$type": return .type(try type(value, subject))
        case "$and": return .all(try patterns(try value.elements(subject), depth: depth))
        case "$or": return .any(try patterns(try value.elements(subject), depth: depth))
        case "$not": return .not(try PayloadPattern(json: value, depth: depth + 1))
        case "$bytes", "$double": return .exactly(try data(json))
        case "$literal":
            guard case .object(let members) = value else {
                throw JSONMembers.failure("expected an object as \(subject), found \(value.noun)")
            }
            return try map(members, depth: depth)
        default:
            guard let comparison = comparison(named: key) else {
                throw JSONMembers.failure(
                    "expected a payload pattern, found '\(key)'; write data as {\"$literal\":{…}}")
            }
            return .compared(comparison, try data(value))
        }
    }

    private static func patterns(_ json: [JSONValue], depth: Int) throws -> [PayloadPattern] {
        try json.map { try PayloadPattern(json: $0, depth: depth + 1) }
    }

    private static func map(_ members: [JSONMember], depth: Int) throws -> PayloadPattern {
        .map(
            try members.map {
                Member(key: $0.key, pattern: try PayloadPattern(json: $0.value, depth: depth + 1))
            })
    }

    private static func type(_ json: JSONValue, _ subject: String) throws -> PayloadType {
        let name = try json.text(subject)
        guard let type = PayloadType(text: name) else {
            throw JSONMembers.failure("expected a type as \(subject), found '\(name)'")
        }
        return type
    }

    private static func comparison(named key: CBORText) -> NodeCondition.Comparison? {
        .allCases.first { CBORText("$" + $0.rawValue) == key }
    }

    private static func data(_ json: JSONValue) throws -> CBORValue {
        do {
            let value = try json.cborValue()
            _ = try Payload(value)
            return value
        } catch {
            throw JSONMembers.failure("expected data in a payload pattern: \(error)")
        }
    }
}

extension PayloadPattern {
    /// Prints the pattern.
    func write(to printer: inout JSONPrinter) {
        switch self {
        case .exactly(let value):
            Self.write(value, to: &printer)
        case .array(let patterns):
            printer.writeArray(patterns) { $0.write(to: &$1) }
        case .map(let members) where Self.isLikeOperator(members):
            printer.beginObject()
            printer.writeKey("$literal")
            Self.write(members, to: &printer)
            printer.endObject()
        case .map(let members):
            Self.write(members, to: &printer)
        default:
            printer.beginObject()
            writeOperator(to: &printer)
            printer.endObject()
        }
    }

    /// Whether a map would be read as something else without `$literal` around it.
    private static func isLikeOperator(_ members: [Member]) -> Bool {
        members.count == 1 && members[0].key.string.utf8.first == UInt8(ascii: "$")
    }

    private func writeOperator(to printer: inout JSONPrinter) {
        switch self {
        case .exactly, .array, .map: preconditionFailure("written without an operator")
        case .anything: printer.writeMember("$any", true)
        case .type(let type): printer.writeMember("$type", type.rawValue)
        case .compared(let comparison, let value):
            printer.writeKey("$" + comparison.rawValue)
            Self.write(value, to: &printer)
        case .all(let patterns):
            printer.writeKey("$and")
            printer.writeArray(patterns) { $0.write(to: &$1) }
        case .any(let patterns):
            printer.writeKey("$or")
            printer.writeArray(patterns) { $0.write(to: &$1) }
        case .not(let pattern):
            printer.writeKey("$not")
            pattern.write(to: &printer)
        }
    }

    private static func write(_ members: [Member], to printer: inout JSONPrinter) {
        printer.beginObject()
        for member in members {
            printer.writeKey(member.key.string)
            member.pattern.write(to: &printer)
        }
        printer.endObject()
    }

    private static func write(_ value: CBORValue, to printer: inout JSONPrinter) {
        // Only a value made in code can be without an encoding, and it gets into no command.
        guard let payload = try? Payload(value) else { return printer.writeNull() }
        payload.write(to: &printer)
    }
}
