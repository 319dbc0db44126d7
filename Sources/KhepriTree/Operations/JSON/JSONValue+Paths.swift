import CBOR

extension JSONValue {
    /// The pattern that a path of an operation stands for: a text, which begins at the root with or
    /// without `/`, or an array of components.
    func pattern(_ subject: String = "member 'path'") throws -> TreePattern {
        switch self {
        case .string(let text):
            return try OperationError.forPath { try TreePattern(fromRoot: text.string) }
        case .array(let components):
            return try Self.pattern(components[...])
        default:
            throw JSONMembers.failure("expected a path as \(subject), found \(noun)")
        }
    }

    /// The path of one node.
    func path(_ subject: String) throws -> TreePath {
        guard let path = try pattern(subject).exactPath else {
            throw OperationError(.invalidPath, "expected the path of one node as \(subject)")
        }
        return path
    }

    /// What an entry of a keep-while set watches.
    func watchedPath() throws -> KeepWhileEntry.WatchedPath {
        switch self {
        case .string(let text):
            return try OperationError.forPath { try .init(text: text.string) }
        case .array(let components):
            guard let up = components.first?["up"] else {
                return .absolute(try Self.pattern(components[...]))
            }
            let levels = try up.number("member 'up'")
            return .relative(
                up: Int(min(levels, UInt64(TreeLimits.pathComponentsMaximum))),
                try Self.pattern(components.dropFirst()))
        case .object:
            let text = try self["lease"]?.text("member 'lease'").string
            guard let id = text.flatMap({ SessionID(hexadecimal: $0) }) else {
                throw JSONMembers.failure("expected the 32 digits of a lease in 'keepWhile'")
            }
            return .lease(id)
        default:
            throw JSONMembers.failure("expected a path in 'keepWhile', found \(noun)")
        }
    }

    private static func pattern(_ components: ArraySlice<JSONValue>) throws -> TreePattern {
        try OperationError.forPath { try TreePath.checkCount(components.count, position: nil) }
        return TreePattern(components: try components.map { try NodeCondition(json: $0) })
    }
}

extension OperationError {
    /// Calls the body and says `invalidPath` for any error of a path.
    static func forPath<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as PathError {
            throw OperationError(.invalidPath, error.description)
        }
    }

    /// Calls the body and says `invalidOperation` for a condition beyond a limit.
    static func forCondition<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as NodeConditionError {
            throw OperationError(.invalidOperation, error.message)
        }
    }
}
