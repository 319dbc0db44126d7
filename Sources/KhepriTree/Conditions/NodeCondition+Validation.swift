/// Why a condition is refused.
public struct NodeConditionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    public let message: String

    /// The message.
    public var description: String { message }

    static let nestsTooDeep = NodeConditionError(
        message:
            "expected at most \(TreeLimits.conditionDepthMaximum) conditions or patterns inside "
            + "each other, found more")
    static let isTooLarge = NodeConditionError(
        message: "expected at most \(NodeCondition.sizeMaximum) conditions in one component, "
            + "found more")
}

extension NodeCondition {
    /// How many conditions one condition consists of at most, counting itself and, in payload
    /// patterns, the members of `$and` and `$or` and what `$not` is applied to.
    package static let sizeMaximum = 1_000

    /// Refuses a condition that could take too much time or stack to test.
    ///
    /// - Throws: ``NodeConditionError`` when it nests too deep or consists of too many conditions.
    package func validate() throws {
        var size = 0
        try validate(depth: 1, size: &size)
    }

    private func validate(depth: Int, size: inout Int) throws {
        guard depth <= TreeLimits.conditionDepthMaximum else {
            throw NodeConditionError.nestsTooDeep
        }
        size += 1
        guard size <= Self.sizeMaximum else { throw NodeConditionError.isTooLarge }
        switch self {
        case .not(let condition): try condition.validate(depth: depth + 1, size: &size)
        case .all(let conditions), .any(let conditions):
            for condition in conditions { try condition.validate(depth: depth + 1, size: &size) }
        case .payloadMatches(let pattern): try pattern.validate(depth: 1, size: &size)
        case .named, .anyName, .anyPath, .nameMatches, .pathMatches, .exists, .hasPayload, .number:
            break
        }
    }
}

extension PayloadPattern {
    /// Refuses a pattern that could take too much time or stack to test, as in a condition.
    ///
    /// - Throws: ``NodeConditionError`` when it nests too deep or has too many alternatives.
    package func validate() throws {
        var size = 0
        try validate(depth: 1, size: &size)
    }

    // Patterns of distinct parts of a payload are not counted: testing them takes no longer than
    // reading the payload. Those that test one part again and again are.
    fileprivate func validate(depth: Int, size: inout Int) throws {
        guard depth <= TreeLimits.conditionDepthMaximum else {
            throw NodeConditionError.nestsTooDeep
        }
        switch self {
        case .anything, .exactly, .type, .compared: break
        case .array(let elements):
            for element in elements { try element.validate(depth: depth + 1, size: &size) }
        case .map(let members):
            for member in members { try member.pattern.validate(depth: depth + 1, size: &size) }
        case .not(let pattern): try Self.validate([pattern], depth: depth, size: &size)
        case .all(let patterns), .any(let patterns):
            try Self.validate(patterns, depth: depth, size: &size)
        }
    }

    private static func validate(
        _ patterns: [PayloadPattern], depth: Int, size: inout Int
    ) throws {
        size += patterns.count
        guard size <= NodeCondition.sizeMaximum else { throw NodeConditionError.isTooLarge }
        for pattern in patterns { try pattern.validate(depth: depth + 1, size: &size) }
    }
}
