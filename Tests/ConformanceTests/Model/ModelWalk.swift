extension ModelNode {
    /// The one node that a pattern is for; `creating` goes on below missing nodes that may be created.
    func target(of pattern: [ModelCondition], creating: Bool) throws -> Path {
        var path: Path = []
        var node: ModelNode? = self
        for (index, condition) in pattern.enumerated() {
            guard let name = condition.denotes else { throw Failure("patternMatchesManyNodes") }
            path.append(name)
            node = node?.children[name]
            let isTarget = index == pattern.count - 1
            if let node {
                guard condition.holds(name, node) else {
                    throw Failure("mismatchingNode", at: path, isTarget: isTarget)
                }
            } else if !creating || !condition.permitsCreation {
                throw Failure("nodeNotFound", at: path, isTarget: isTarget)
            }
        }
        return path
    }

    /// All nodes that match; `creating` adds missing ones where the rest of the pattern is names.
    func matches(_ pattern: [ModelCondition], includeRoot: Bool = false, creating: Bool = false)
        -> [Path]
    {
        var found: Set<Path> = []
        if includeRoot, let first = pattern.first, first.plainName == nil { found.insert([]) }
        walk(pattern[...], [], creating, &found)
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func walk(
        _ pattern: ArraySlice<ModelCondition>, _ path: Path, _ creating: Bool,
        _ found: inout Set<Path>
    ) {
        guard let condition = pattern.first else {
            found.insert(path)
            return
        }
        let rest = pattern.dropFirst()
        if let name = condition.plainName {
            if let child = children[name] {
                child.walk(rest, path + [name], creating, &found)
            } else if creating {
                let names = pattern.compactMap(\.plainName)
                if names.count == pattern.count { found.insert(path + names) }
            }
            return
        }
        for (name, child) in children {
            if condition.holds(name, child) { child.walk(rest, path + [name], creating, &found) }
            if condition.reachesDown { child.walk(pattern, path + [name], creating, &found) }
        }
    }

    /// Whether the nodes that an entry watches meet its condition.
    func meets(_ entry: ModelKeepWhile, of watcher: Path) -> Bool {
        let paths = matches(entry.key(of: watcher))
        if paths.isEmpty { return entry.condition == .exists(false) }
        return paths.allSatisfy { path in
            self[path].map { entry.condition.holds(path.last ?? "", $0) } ?? false
        }
    }
}
