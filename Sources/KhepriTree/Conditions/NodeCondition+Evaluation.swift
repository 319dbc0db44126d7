extension NodeCondition {
    /// Whether an existing node meets the condition.
    ///
    /// - Complexity: The size of the condition; with patterns, times the length of the name or the
    ///   payload.
    package func isMet<Facts: NodeFacts>(name: PathComponent, of node: borrowing Facts) -> Bool {
        switch self {
        case .named(let expected): return name == expected
        case .anyName, .anyPath: return true
        case .nameMatches(let pattern), .pathMatches(let pattern):
            return name.withUTF8 { pattern.matches(name: UnsafeRawBufferPointer($0)) }
        case .exists(let flag): return flag
        case .hasPayload(let flag): return node.hasPayload == flag
        case .payloadMatches(let pattern):
            return node.withPayload { payload in payload.map(pattern.matches) ?? false }
        case .number(let number, let comparison, let constant):
            return comparison.holds(number.value(of: node), constant)
        case .not(let condition): return !condition.isMet(name: name, of: node)
        case .all(let conditions):
            for condition in conditions where !condition.isMet(name: name, of: node) {
                return false
            }
            return true
        case .any(let conditions):
            for condition in conditions where condition.isMet(name: name, of: node) { return true }
            return false
        }
    }

    /// What the condition expected of a node that does not meet it, and what it found, for the
    /// message of an error; nil if the node meets it.
    package func mismatch<Facts: NodeFacts>(
        name: PathComponent, of node: borrowing Facts
    ) -> String? {
        guard !isMet(name: name, of: node) else { return nil }
        switch self {
        case .all(let conditions):
            for condition in conditions {
                if let mismatch = condition.mismatch(name: name, of: node) { return mismatch }
            }
            preconditionFailure("a member of an unmet all is unmet")
        case .named, .anyName, .anyPath, .nameMatches, .pathMatches:
            return "expected another name"
        case .exists: return "expected no node, found one"
        case .hasPayload(let flag):
            return flag ? "expected a payload, found none" : "expected no payload, found one"
        case .payloadMatches:
            let found = node.hasPayload ? "another" : "none"
            return "expected a payload that matches, found \(found)"
        case .number(let number, let comparison, let constant):
            return "expected \(number.rawValue) \(comparison.rawValue) \(constant), "
                + "found \(number.value(of: node))"
        case .not: return "expected a condition not to hold, found that it does"
        case .any(let conditions):
            return "expected one of \(conditions.count) conditions to hold, found that none does"
        }
    }
}

extension NodeCondition.NodeNumber {
    /// The number of a node.
    fileprivate func value<Facts: NodeFacts>(of node: borrowing Facts) -> UInt64 {
        switch self {
        case .payloadVersion: node.payloadVersion
        case .childListVersion: node.childListVersion
        case .childCount: node.childCount
        case .createdRevision: node.createdRevision
        case .modifiedRevision: node.modifiedRevision
        case .childrenRevision: node.childrenRevision
        }
    }
}
