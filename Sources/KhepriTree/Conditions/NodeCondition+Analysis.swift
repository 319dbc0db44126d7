// What can be said of a condition without a node (semantics of Khepri 0.18).
extension NodeCondition {
    /// The one name that the condition denotes, whatever the node holds; nil if there is none.
    ///
    /// `not` denotes what its inner condition does. `all` denotes the name that its members agree
    /// on, those aside that denote none; `any` the name that every member denotes.
    package var denotedName: PathComponent? {
        switch self {
        case .named(let name): name
        case .not(let condition): condition.denotedName
        case .all(let conditions): Self.agreedName(conditions.compactMap(\.denotedName))
        case .any(let conditions):
            conditions.allSatisfy { $0.denotedName != nil }
                ? Self.agreedName(conditions.compactMap(\.denotedName)) : nil
        case .anyName, .anyPath, .nameMatches, .pathMatches, .exists, .hasPayload,
            .payloadMatches, .number:
            nil
        }
    }

    /// The condition without `all` and `any` of one member, which mean that member.
    var simplified: NodeCondition {
        switch self {
        case .all(let conditions) where conditions.count == 1,
            .any(let conditions) where conditions.count == 1:
            conditions[0].simplified
        default: self
        }
    }

    private static func agreedName(_ names: [PathComponent]) -> PathComponent? {
        guard let first = names.first, names.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// Whether a put may create a node that is missing where this condition is tested.
    package var permitsCreation: Bool {
        switch self {
        case .named: true
        case .exists(let flag): !flag
        case .all(let conditions): conditions.allSatisfy(\.permitsCreation)
        case .any(let conditions): conditions.contains(where: \.permitsCreation)
        case .not, .anyName, .anyPath, .nameMatches, .pathMatches, .hasPayload, .payloadMatches,
            .number:
            false
        }
    }

    /// Whether the condition is tried again on every level below.
    package var appliesToGrandchildren: Bool {
        switch self {
        case .anyPath, .pathMatches: true
        case .not(let condition): condition.appliesToGrandchildren
        case .all(let conditions), .any(let conditions):
            conditions.contains(where: \.appliesToGrandchildren)
        case .named, .anyName, .nameMatches, .exists, .hasPayload, .payloadMatches, .number: false
        }
    }

    /// Whether the answer depends on nothing but the name of an existing node.
    package var testsNameOnly: Bool {
        switch self {
        case .named, .anyName, .anyPath, .nameMatches, .pathMatches, .exists: true
        case .hasPayload, .payloadMatches, .number: false
        case .not(let condition): condition.testsNameOnly
        case .all(let conditions), .any(let conditions): conditions.allSatisfy(\.testsNameOnly)
        }
    }

    /// The only names that nodes which meet the condition can have, in order; nil for any name.
    var candidateNames: [PathComponent]? {
        switch self {
        case .named(let name): [name]
        case .exists(false): []
        case .all(let conditions):
            conditions.compactMap(\.candidateNames).min { $0.count < $1.count }
        case .any(let conditions): Self.union(conditions.map(\.candidateNames))
        case .not, .anyName, .anyPath, .nameMatches, .pathMatches, .exists, .hasPayload,
            .payloadMatches, .number:
            nil
        }
    }

    /// All names of some lists in order, each once; nil if one of the lists is any name.
    static func union(_ lists: [[PathComponent]?]) -> [PathComponent]? {
        var union: [PathComponent] = []
        for list in lists {
            guard let list else { return nil }
            union.append(contentsOf: list)
        }
        union.sort()
        return union.indices.filter { $0 == 0 || union[$0 - 1] != union[$0] }.map { union[$0] }
    }
}
