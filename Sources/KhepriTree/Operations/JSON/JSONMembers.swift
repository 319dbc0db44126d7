import CBOR

/// The members of a JSON object, taken one by one; what nobody took is refused at the end.
struct JSONMembers {
    private var members: [JSONMember]
    /// What the object is, for messages.
    private let subject: String

    /// Begins to take members of an object.
    init(_ json: JSONValue, of subject: String) throws {
        guard case .object(let members) = json else {
            throw Self.failure("expected an object as \(subject), found \(json.noun)")
        }
        self.members = members
        self.subject = subject
    }

    /// Takes a member that may be missing.
    mutating func take(_ key: CBORText) -> JSONValue? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        return members.remove(at: index).value
    }

    /// Takes a member that must be there.
    mutating func required(_ key: CBORText) throws -> JSONValue {
        guard let value = take(key) else {
            throw Self.failure("expected member '\(key)' of \(subject), found none")
        }
        return value
    }

    /// Takes a truth value that may be missing.
    mutating func takeBoolean(_ key: CBORText) throws -> Bool? {
        guard let value = take(key) else { return nil }
        return try value.boolean("member '\(key)' of \(subject)")
    }

    /// Drops the members that recorded lines have beside the operation.
    mutating func dropAnnotations() {
        let annotations: [CBORText] = ["result", "compare", "decision", "name"]
        members.removeAll { annotations.contains($0.key) }
    }

    /// Refuses members that nobody took.
    func expectEnd() throws {
        guard let member = members.first else { return }
        throw Self.failure("expected no member '\(member.key)' of \(subject)")
    }

    /// The error for JSON that is not an operation.
    static func failure(_ message: String) -> OperationError {
        OperationError(.invalidOperation, message)
    }
}

extension JSONValue {
    /// The kind of value with its article, for messages.
    var noun: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .unsigned, .negative, .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The truth value.
    func boolean(_ subject: String) throws -> Bool {
        guard case .boolean(let value) = self else { throw unexpected("a boolean", subject) }
        return value
    }

    /// The text.
    func text(_ subject: String) throws -> CBORText {
        guard case .string(let text) = self else { throw unexpected("a string", subject) }
        return text
    }

    /// The integer from 0 on.
    func number(_ subject: String) throws -> UInt64 {
        guard case .unsigned(let number) = self else {
            throw unexpected("an integer from 0 on", subject)
        }
        return number
    }

    /// The elements.
    func elements(_ subject: String) throws -> [JSONValue] {
        guard case .array(let elements) = self else { throw unexpected("an array", subject) }
        return elements
    }

    /// The data this stands for.
    func payload(_ subject: String) throws -> Payload {
        do {
            return try Payload(try cborValue())
        } catch {
            throw JSONMembers.failure("expected data as \(subject): \(error)")
        }
    }

    private func unexpected(_ wanted: String, _ subject: String) -> OperationError {
        JSONMembers.failure("expected \(wanted) as \(subject), found \(noun)")
    }
}

extension RawRepresentable where Self: CaseIterable, RawValue == String {
    /// Finds a case by its name, compared by bytes.
    init?(text: CBORText) {
        guard let found = Self.allCases.first(where: { CBORText($0.rawValue) == text }) else {
            return nil
        }
        self = found
    }
}
