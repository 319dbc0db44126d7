/// Whether a result agrees with an expected one, as "Comparing" in the format's description says.
enum Comparison {
    static func agree(_ found: JSON, _ expected: JSON) -> Bool {
        found == expected || canonical(found, like: expected) == canonical(expected, like: expected)
    }

    /// The result without what is not compared, with its nodes as a map.
    private static func canonical(_ result: JSON, like expected: JSON) -> JSON {
        guard let member = result.onlyMember else { return result }
        switch member.key {
        case "nodes":
            let rows = member.value.array ?? []
            return .object([member.key: .array(rows.sorted { $0.description < $1.description })])
        case "error":
            guard case .object(let members) = member.value, let wanted = expected["error"] else {
                return result
            }
            return .object([member.key: .object(members.filter { wanted[$0.key] != nil })])
        case "results":
            let expected = expected["results"]?.array ?? []
            let results = (member.value.array ?? []).enumerated().map { index, result in
                canonical(result, like: index < expected.count ? expected[index] : .null)
            }
            return .object([member.key: .array(results)])
        default: return result
        }
    }
}
