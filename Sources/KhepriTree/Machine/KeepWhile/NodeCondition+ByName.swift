/// What a name alone tells about a condition.
enum NameVerdict {
    case met, unmet
    /// It depends on the node.
    case undecided
}

extension NodeCondition {
    /// What the name of an existing node tells about the condition.
    func verdict(byName name: PathComponent) -> NameVerdict {
        switch self {
        case .named(let expected):
            return expected == name ? .met : .unmet
        case .anyName, .anyPath:
            return .met
        case .nameMatches(let pattern), .pathMatches(let pattern):
            return name.withUTF8 { pattern.matches(name: UnsafeRawBufferPointer($0)) }
                ? .met : .unmet
        case .exists(let exists):
            return exists ? .met : .unmet
        case .hasPayload, .payloadMatches, .number:
            return .undecided
        case .not(let inner):
            return inner.verdict(byName: name).opposite
        case .all(let conditions):
            return Self.verdict(of: conditions, byName: name, decisive: .unmet)
        case .any(let conditions):
            return Self.verdict(of: conditions, byName: name, decisive: .met)
        }
    }

    /// The decisive verdict if one condition has it, else undecided if one has that, else the
    /// other.
    private static func verdict(
        of conditions: [NodeCondition], byName name: PathComponent, decisive: NameVerdict
    ) -> NameVerdict {
        var result = decisive.opposite
        for condition in conditions {
            let verdict = condition.verdict(byName: name)
            if verdict == decisive { return decisive }
            if verdict == .undecided { result = .undecided }
        }
        return result
    }
}

extension NameVerdict {
    var opposite: NameVerdict {
        switch self {
        case .met: .unmet
        case .unmet: .met
        case .undecided: .undecided
        }
    }
}
