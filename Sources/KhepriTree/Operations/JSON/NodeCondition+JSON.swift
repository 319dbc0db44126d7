import CBOR

extension NodeCondition {
    /// Reads a component of a path in array form.
    ///
    /// - Throws: ``OperationError``, with `.invalidPath` for a name that is none.
    init(json: JSONValue) throws {
        self = try OperationError.forCondition {
            let condition = try NodeCondition(json: json, depth: 1)
            try condition.validate()
            return condition
        }
    }

    private init(json: JSONValue, depth: Int) throws {
        try Self.checkDepth(depth)
        if case .string(let name) = json {
            self = .named(try OperationError.forPath { try PathComponent(name.string) })
            return
        }
        guard case .object(let members) = json, members.count == 1 else {
            throw JSONMembers.failure(
                "expected a name or an object with one member as a condition, found \(json.noun)")
        }
        self = try Self.condition(members[0], depth: depth)
    }

    private static func condition(_ member: JSONMember, depth: Int) throws -> NodeCondition {
        let (key, value) = (member.key, member.value)
        let subject = "condition '\(key)'"
        switch key {
        case "wildcard": return try wildcard(value)
        case "nameMatches": return .nameMatches(try namePattern(value, subject))
        case "pathMatches": return .pathMatches(try namePattern(value, subject))
        case "exists": return .exists(try value.boolean(subject))
        case "hasPayload": return .hasPayload(try value.boolean(subject))
        case "payloadMatches":
            return .payloadMatches(try PayloadPattern(json: value, depth: 1))
        case "not": return .not(try NodeCondition(json: value, depth: depth + 1))
        case "all": return .all(try conditions(value, subject, depth: depth + 1))
        case "any": return .any(try conditions(value, subject, depth: depth + 1))
        default:
            guard let number = NodeNumber(text: key) else {
                throw JSONMembers.failure("expected a condition, found '\(key)'")
            }
            return try comparison(of: number, value, subject)
        }
    }

    private static func conditions(
        _ json: JSONValue, _ subject: String, depth: Int
    ) throws -> [NodeCondition] {
        try json.elements(subject).map { try NodeCondition(json: $0, depth: depth) }
    }

    private static func wildcard(_ json: JSONValue) throws -> NodeCondition {
        switch json {
        case .string("*"): return .anyName
        case .string("**"): return .anyPath
        default: throw JSONMembers.failure("expected \"*\" or \"**\" as condition 'wildcard'")
        }
    }

    private static func namePattern(_ json: JSONValue, _ subject: String) throws -> NamePattern {
        do {
            if let glob = json["glob"] {
                return try NamePattern(glob: try glob.text("member 'glob' of \(subject)").string)
            }
            return try NamePattern(regularExpression: try json.text(subject).string)
        } catch let error as NamePatternError {
            throw JSONMembers.failure("\(subject): \(error)")
        }
    }

    private static func comparison(
        of number: NodeNumber, _ json: JSONValue, _ subject: String
    ) throws -> NodeCondition {
        guard case .object(let members) = json, members.count == 1,
            let comparison = Comparison(text: members[0].key)
        else {
            throw JSONMembers.failure("expected one of eq, ne, lt, le, gt, ge in \(subject)")
        }
        return .number(number, comparison, try members[0].value.number(subject))
    }
}

extension NodeCondition {
    /// Prints the condition as a component of a path in array form.
    func write(to printer: inout JSONPrinter) {
        if case .named(let name) = self { return printer.writeString(name.string) }
        printer.beginObject()
        writeMember(to: &printer)
        printer.endObject()
    }

    private func writeMember(to printer: inout JSONPrinter) {
        switch self {
        case .named(let name): printer.writeMember("named", name.string)
        case .anyName: printer.writeMember("wildcard", "*")
        case .anyPath: printer.writeMember("wildcard", "**")
        case .nameMatches(let pattern): pattern.write("nameMatches", to: &printer)
        case .pathMatches(let pattern): pattern.write("pathMatches", to: &printer)
        case .exists(let value): printer.writeMember("exists", value)
        case .hasPayload(let value): printer.writeMember("hasPayload", value)
        case .payloadMatches(let pattern):
            printer.writeKey("payloadMatches")
            pattern.write(to: &printer)
        case .number(let number, let comparison, let value):
            printer.writeKey(number.rawValue)
            printer.beginObject()
            printer.writeMember(comparison.rawValue, value)
            printer.endObject()
        case .not(let inner):
            printer.writeKey("not")
            inner.write(to: &printer)
        case .all(let conditions): Self.write("all", conditions, to: &printer)
        case .any(let conditions): Self.write("any", conditions, to: &printer)
        }
    }

    private static func write(
        _ key: String, _ conditions: [NodeCondition], to printer: inout JSONPrinter
    ) {
        printer.writeKey(key)
        printer.writeArray(conditions) { $0.write(to: &$1) }
    }

    /// The condition as JSON text, as in the array form of a path.
    package var jsonText: String {
        var printer = JSONPrinter()
        write(to: &printer)
        return printer.finish()
    }
}

extension NamePattern {
    fileprivate func write(_ key: String, to printer: inout JSONPrinter) {
        printer.writeKey(key)
        guard isGlob else { return printer.writeString(source) }
        printer.beginObject()
        printer.writeMember("glob", source)
        printer.endObject()
    }
}
