import TestSupport

/// Paths, patterns and keep-while sets: mostly of nodes that exist.
extension ConditionGenerator {
    /// The path of a node that exists, one written lately, or a new one, perhaps one level longer or
    /// shorter.
    ///
    /// - Parameter isWritten: Whether a node is likely to be created there.
    mutating func path(isWritten: Bool = false) -> Path {
        var path = (0..<random.below(depthMaximum) + 1).map { _ in name() }
        if !paths.isEmpty, random.chance(isWritten ? 45 : 75) {
            path = random.element(paths)
        } else if !recent.isEmpty, random.chance(50) {
            path = random.element(recent)
        }
        if !path.isEmpty, random.chance(8) { path.removeLast() }
        if path.count < depthMaximum + 2, random.chance(isWritten ? 25 : 8) { path.append(name()) }
        if isWritten { recent.append(path) }
        if recent.count > 12 { recent.removeFirst() }
        return path
    }

    /// The form of a path in an operation on one node: as text, as names, or with conditions on the
    /// nodes along it.
    mutating func specific(_ path: Path) -> JSON {
        if random.chance(10) { return .string(ModelPath.text(path)) }
        let hasConditions = random.chance(40)
        return .array(
            path.indices.map { index in
                hasConditions && random.chance(30)
                    ? specificComponent(path[index], tree[path[...index]]) : .string(path[index])
            })
    }

    private mutating func specificComponent(_ text: Text, _ node: ModelNode?) -> JSON {
        let name = JSON.string(text)
        switch random.below(14) {
        case 0: return .object(["all": [name]])
        case 1: return .object(["any": [name]])
        case 2...5: return .object(["all": [name, condition(about: node, depth: 1)]])
        case 6: return .object(["all": [condition(about: node, depth: 1), name]])
        case 7: return .object(["all": [name, .object(["exists": .bool(random.chance(50))])]])
        case 8:
            return .object(["all": [.object(["any": [name, .object(["exists": false])]]), name]])
        case 9:
            let either: JSON = .object([
                "any": [.object(["exists": false]), condition(about: node, depth: 1)]
            ])
            return .object(["all": [name, either]])
        case 10:
            let inner = .object(["all": [name, condition(about: node, depth: 1)]]) as JSON
            return .object(["not": random.chance(50) ? name : inner])
        case 11: return .object(["any": [name, .string(self.name())]])
        case 12: return wildcard()
        default: return condition(about: node)
        }
    }

    /// A pattern for an operation on many nodes.
    mutating func pattern() -> JSON {
        if random.chance(12) {
            return .string(
                random.element([
                    "/*", "/**", "/a*", "/*/*", "/*/b", "/a/**", "/a/*b*/*", "**", "*", "/**/a",
                    "/", "/./a/../b", "/b%2E1", "/*/%61", "/b/", "/a/*%2A*", "/..", "/*/*/*",
                ]))
        }
        let path = path()
        return .array(
            path.indices.map { index in
                guard random.chance(50) else { return .string(path[index]) }
                let node = tree[path[...index]]
                switch random.below(10) {
                case 0...4: return wildcard()
                case 5: return .object(["all": [wildcard(), condition(about: node, depth: 1)]])
                case 6...7: return condition(about: node)
                default: return specificComponent(path[index], node)
                }
            })
    }

    /// A keep-while set for the node at a path.
    mutating func keepWhile(of watcher: Path) -> JSON {
        let count = random.weighted([(0, 1), (1, 8), (2, 3), (3, 1)])
        return .array(
            (0..<count).map { _ in
                let key = keepWhileKey()
                let watched = try? ModelPath.key(key)
                let names = watched.map { key in
                    (key.up.map { watcher.dropLast($0) } ?? []) + key.pattern.compactMap(\.denotes)
                }
                return [key, keepWhileCondition(about: names.flatMap { tree[$0] })]
            })
    }

    /// Often one that holds at first.
    private mutating func keepWhileCondition(about node: ModelNode?) -> JSON {
        if node == nil, random.chance(50) { return .object(["exists": false]) }
        switch random.below(10) {
        case 0...2: return .object(["exists": true])
        case 3: return .object(["hasPayload": .bool(node?.payload != nil)])
        case 4: return limit("childCount", 1 + (node?.children.count ?? 0))
        case 5: return limit("payloadVersion", 1 + (node?.payloadVersion ?? 1))
        case 6: return limit("childListVersion", 1 + (node?.childListVersion ?? 1))
        default: return condition(about: node, depth: 1)
        }
    }

    /// A number stays below a limit, which it reaches soon.
    private mutating func limit(_ property: Text, _ lowest: Int) -> JSON {
        let test: JSON = .object(["lt": .integer(Int128(lowest + random.below(2)))])
        return .sortedObject([.init(key: property, value: test)])
    }

    /// The path of a node that is to watch: now and then one that is watched, for a circle or chain.
    mutating func watcher() -> Path {
        !watched.isEmpty && random.chance(35) ? random.element(watched) : path(isWritten: true)
    }

    private mutating func keepWhileKey() -> JSON {
        if !watchers.isEmpty, random.chance(25) {
            return .array(random.element(watchers).map { .string($0) })
        }
        let name = ModelPath.text([name()]).description
        switch random.below(20) {
        case 0...2: return "."
        case 3...5: return ".."
        case 6: return "../.."
        case 7...8: return .string(Text(".." + name))
        case 9: return .string(Text("." + name))
        case 10:
            return random.element(["./*", "../*", "./**", "../../*", "/", "/*", "/**", "./*/*"])
        case 11: return .string(Text("../*" + name))
        case 12: return pattern()
        default: return .array(path().map { .string($0) })
        }
    }
}

extension ModelNode {
    /// The nodes with a set that is not the automatic one.
    var watchers: [Path] {
        paths.filter { self[$0]?.keepWhile.contains { $0 != .automatic } ?? false }
    }

    /// The nodes that others watch, in order.
    var watched: [Path] {
        var watched: Set<Path> = []
        for watcher in watchers {
            for entry in self[watcher]?.keepWhile ?? [] {
                let names = entry.key(of: watcher).map(\.plainName)
                let path = names.compactMap(\.self)
                if path.count == names.count, path != watcher, self[path] != nil {
                    watched.insert(path)
                }
            }
        }
        return watched.subtracting([[]]).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The paths of all nodes below, in order.
    var paths: [Path] {
        var paths: [Path] = []
        visit { path, _ in if !path.isEmpty { paths.append(path) } }
        return paths.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
