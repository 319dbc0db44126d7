/// What random runs are made of and what comes of it: shows whether the generator reaches all there
/// is to check.
struct Distribution {
    /// How often something happened, by name.
    private var counts: [String: Int] = [:]

    /// Adds a run.
    mutating func add(_ operations: [JSON]) {
        var model = Model()
        for line in operations {
            let before = model.root
            let result = model.perform(line)
            if line["op"] == "dump" { addWatchers(of: model.root) }
            guard let operation = try? ModelOperation(line) else {
                count("malformed")
                continue
            }
            add(operation, result, before)
        }
    }

    subscript(_ name: String) -> Int { counts[name, default: 0] }

    private mutating func count(_ name: String) {
        counts[name, default: 0] += 1
    }

    private mutating func add(_ operation: ModelOperation, _ result: JSON, _ before: ModelNode) {
        let name = operation.name.description
        let kind = result.onlyMember?.key.description ?? "none"
        count("\(name) → \(result["error"]?["code"]?.text?.description ?? kind)")
        if let rows = result["nodes"]?.array {
            count("\(name) of \(rows.count < 2 ? "\(rows.count)" : "several")")
            let expired = rows.count { $0.array?[1]["deleteReason"] == "keepWhile" }
            if expired > 0 { count("expired by \(name)") }
            if expired > 2 { count("expired in chains by \(name)") }
        }
        for (index, inner) in operation.operations.enumerated() {
            guard let results = result["results"]?.array else { break }
            add(inner, results[index], before)
        }
        for component in operation.pattern { add(component, "path", before) }
        for entry in operation.keepWhile ?? [] {
            let isPattern = entry.pattern.contains { $0.plainName == nil }
            count(
                "keep-while of \(entry.up.map { "\($0) up" } ?? "root")\(isPattern ? " pattern" : "")"
            )
            add(entry.condition, "keep-while", before)
        }
    }

    /// Counts how nodes depend on each other: in circles, and in chains of three.
    private mutating func addWatchers(of tree: ModelNode) {
        var watched: [Path: Set<Path>] = [:]
        tree.visit { path, node in
            let keys = node.keepWhile.map { $0.key(of: path).compactMap(\.plainName) }
            watched[path] = Set(keys.filter { $0 != path && tree[$0] != nil })
        }
        let two = watched.mapValues { Set($0.flatMap { watched[$0] ?? [] }) }
        let three = two.mapValues { Set($0.flatMap { watched[$0] ?? [] }) }
        if two.contains(where: { $1.contains($0) }) { count("dump with a circle of two") }
        if three.contains(where: { $1.contains($0) }) { count("dump with a circle of three") }
        if three.contains(where: { !$1.isEmpty }) { count("dump with a chain of three") }
    }

    /// Counts a condition and those inside it: whether it tells the nodes that there are apart.
    private mutating func add(_ condition: ModelCondition, _ place: String, _ tree: ModelNode) {
        var (isMet, isUnmet) = (false, false)
        tree.visit { path, node in
            if condition.holds(path.last ?? "", node) { isMet = true } else { isUnmet = true }
        }
        let outcome = isMet && isUnmet ? "some" : isMet ? "all" : "no"
        count("\(place) \(condition.kind) met by \(outcome) nodes")
        switch condition {
        case .not(let inner): add(inner, place, tree)
        case .all(let inner), .any(let inner): for one in inner { add(one, place, tree) }
        default: break
        }
    }
}

extension ModelCondition {
    fileprivate var kind: String {
        switch self {
        case .name: "name"
        case .matches(_, let deep): deep ? "pathMatches" : "nameMatches"
        case .wildcard(let deep): deep ? "**" : "*"
        case .exists(let flag): "exists \(flag)"
        case .hasPayload(let flag): "hasPayload \(flag)"
        case .payload: "payloadMatches"
        case .number(let number, _, _): number.description
        case .not: "not"
        case .all: "all"
        case .any: "any"
        }
    }
}
