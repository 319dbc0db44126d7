extension NodeCondition {
    /// The node is missing: in front of a put, it may only create.
    public static let absent = NodeCondition.exists(false)

    /// The payload version is this one.
    public static func version(_ version: UInt64) -> NodeCondition {
        .payloadVersion(version)
    }

    /// The payload version is this one.
    public static func payloadVersion(_ version: UInt64) -> NodeCondition {
        .number(.payloadVersion, .eq, version)
    }

    /// The payload version is in a range such as `2...`.
    ///
    /// - Precondition: The range does not include `UInt64.max` as its upper bound.
    public static func payloadVersion(_ range: some RangeExpression<UInt64>) -> NodeCondition {
        .number(.payloadVersion, in: range)
    }

    /// The child list version is this one.
    public static func childListVersion(_ version: UInt64) -> NodeCondition {
        .number(.childListVersion, .eq, version)
    }

    /// The child list version is in a range such as `2...`.
    ///
    /// - Precondition: The range does not include `UInt64.max` as its upper bound.
    public static func childListVersion(_ range: some RangeExpression<UInt64>) -> NodeCondition {
        .number(.childListVersion, in: range)
    }

    /// The node has so many children.
    public static func childCount(_ count: UInt64) -> NodeCondition {
        .number(.childCount, .eq, count)
    }

    /// The number of children is in a range such as `1...`.
    ///
    /// - Precondition: The range does not include `UInt64.max` as its upper bound.
    public static func childCount(_ range: some RangeExpression<UInt64>) -> NodeCondition {
        .number(.childCount, in: range)
    }

    /// The node was created by this revision, so it is the same one and no successor of its name.
    public static func createdRevision(_ revision: Revision) -> NodeCondition {
        .number(.createdRevision, .eq, revision.rawValue)
    }

    /// The payload was last changed by this revision; the guard of a compare-and-swap.
    public static func modifiedRevision(_ revision: Revision) -> NodeCondition {
        .number(.modifiedRevision, .eq, revision.rawValue)
    }

    /// The child list was last changed by this revision.
    public static func childrenRevision(_ revision: Revision) -> NodeCondition {
        .number(.childrenRevision, .eq, revision.rawValue)
    }

    private static func number(
        _ number: NodeNumber, in range: some RangeExpression<UInt64>
    ) -> NodeCondition {
        let bounds = range.relative(to: 0..<UInt64.max)
        var conditions: [NodeCondition] = []
        if bounds.lowerBound > 0 {
            conditions.append(.number(number, .ge, bounds.lowerBound))
        }
        if bounds.upperBound < UInt64.max {
            conditions.append(.number(number, .lt, bounds.upperBound))
        }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }
}

extension NodeCondition {
    /// Both conditions are true.
    public static func && (lhs: NodeCondition, rhs: NodeCondition) -> NodeCondition {
        if case .all(let conditions) = lhs { return .all(conditions + [rhs]) }
        return .all([lhs, rhs])
    }

    /// One of the conditions is true.
    public static func || (lhs: NodeCondition, rhs: NodeCondition) -> NodeCondition {
        if case .any(let conditions) = lhs { return .any(conditions + [rhs]) }
        return .any([lhs, rhs])
    }

    /// The condition is false.
    public static prefix func ! (condition: NodeCondition) -> NodeCondition {
        .not(condition)
    }
}
