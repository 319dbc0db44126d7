/// One command in progress: the tree with what it has changed so far.
struct ModelCommand {
    let before: ModelNode
    let revision: Int
    let options: ModelOperation
    var root: ModelNode
    /// What the result lists.
    var listed: [Path: [Text: JSON]] = [:]
    /// Nodes that the command made: their versions stay 1.
    private var created: Set<Path> = []
    /// Nodes whose child list version the command has raised: once is enough.
    private var raised: Set<Path> = []
    /// Nodes that gained or lost a child since conditions were evaluated.
    private var relinked: Set<Path> = []
    /// Nodes removed since conditions were evaluated; some may have been made anew.
    private var removed: Set<Path> = []
    /// Sets that take the place of the former ones at the end.
    private var newSets: [Path: [ModelKeepWhile]] = [:]

    init(on root: ModelNode, revision: Int, options: ModelOperation) {
        before = root
        self.root = root
        self.revision = revision
        self.options = options
    }

    /// Writes a payload and lists the node, which is created with its ancestors if it is missing.
    mutating func put(_ payload: JSON?, at path: Path) throws {
        for length in 1..<max(1, path.count) where root[path.prefix(length)] == nil {
            add(ModelNode(keepWhile: [.automatic]), at: Array(path.prefix(length)))
        }
        if let old = root[path] {
            var new = old
            if old.payload != payload {
                new.payload = payload
                new.payloadVersion += 1
                new.modifiedRevision = revision
            }
            root[path] = new
            var properties = old.properties(options.returning)
            properties.merge(new.properties(options.returning.subtracting(["payload"]))) { $1 }
            listed[path] = properties
        } else {
            add(ModelNode(payload: payload), at: path)
            listed[path] = root[path]?.properties(options.returning.subtracting(["payload"]))
        }
    }

    /// Replaces the keep-while set of a node at the end, if its conditions hold before the command.
    mutating func set(_ entries: [ModelKeepWhile], of path: Path) throws {
        let isNew = before[path] == nil
        for entry in entries {
            let isIgnored =
                isNew
                && entry.key(of: path).prefix(path.count).elementsEqual(path.map { .name($0) })
            guard isIgnored || before.meets(entry, of: path) else {
                throw Failure("keepWhileConditionsNotMet", at: path)
            }
        }
        newSets[path] = entries
    }

    /// Adds a node to a parent that is there.
    private mutating func add(_ node: ModelNode, at path: Path) {
        var node = node
        node.createdRevision = revision
        node.modifiedRevision = revision
        node.childrenRevision = revision
        created.insert(path)
        root[path] = node
        relink(path.dropLast())
    }

    /// Removes a node with everything below it and lists all of it; the root is only emptied.
    mutating func remove(_ path: Path, _ reason: Text) {
        guard let node = root[path] else { return }
        node.visit(path) { path, _ in if !path.isEmpty { removed.insert(path) } }
        if reason == "explicit" || options.returnIndirectDeletes {
            node.visit(path) { listed[$0] = $1.properties(options.returning, deleted: reason) }
        }
        if path.isEmpty {
            if node.payload != nil {
                root.payload = nil
                root.payloadVersion += 1
                root.modifiedRevision = revision
            }
            if node.children.isEmpty { return }
            root.children = [:]
            relink([])
        } else {
            root[path] = nil
            relink(path.dropLast())
        }
    }

    private mutating func relink(_ path: ArraySlice<Text>) {
        let path = Array(path)
        relinked.insert(path)
        root[path]?.childrenRevision = revision
        if created.contains(path) || !raised.insert(path).inserted { return }
        root[path]?.childListVersion += 1
    }

    /// Copies a subtree to a place where no node is, and lists the new nodes.
    mutating func graft(_ source: ModelNode, at path: Path) throws {
        try put(source.payload, at: path)
        if !path.isEmpty { newSets[path] = source.keepWhile }
        for (name, child) in source.children { try graft(child, at: path + [name]) }
        listed[path] = root[path]?.properties(options.returning.subtracting(["payload"]))
    }

    /// Evaluates keep-while conditions, then lets the new sets take effect.
    mutating func finish() {
        settle(since: before)
        for (path, entries) in newSets { root[path]?.keepWhile = entries }
    }

    /// Removes what its conditions no longer keep, given the changes since `old`.
    private mutating func settle(since old: ModelNode) {
        removeUselessParents()
        let changes = ModelChanges(from: old, to: root, removed: removed)
        removed = []
        if changes.isEmpty { return }
        var expired: Set<Path> = []
        root.visit { path, node in
            if changes.expire(node, at: path, in: root) { expired.insert(path) }
        }
        let topmost = expired.filter { path in
            !path.indices.contains { expired.contains(Array(path.prefix($0))) }
        }
        let siblings = Dictionary(grouping: topmost) { Array($0.dropLast()) }
        for parent in siblings.keys.sorted(by: comesFirst) {
            let old = root
            for path in siblings[parent] ?? [] { remove(path, "keepWhile") }
            settle(since: old)
        }
    }

    /// Re-tests, from the bottom up, what nodes that gained or lost a child ask of themselves.
    private mutating func removeUselessParents() {
        while let path = relinked.max(by: comesFirst) {
            relinked.remove(path)
            guard let node = root[path], !created.contains(path) else { continue }
            let own = node.keepWhile.filter { $0.key(of: path) == path.map { .name($0) } }
            if own.contains(where: { !root.meets($0, of: path) }) { remove(path, "keepWhile") }
        }
    }

    private func comesFirst(_ left: Path, _ right: Path) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}

/// What differs between two trees.
struct ModelChanges {
    private let old: ModelNode
    private var deleted: Set<Path> = []
    private var touched: [Path: ModelNode] = [:]

    var isEmpty: Bool { deleted.isEmpty && touched.isEmpty }

    init(from old: ModelNode, to new: ModelNode, removed: Set<Path>) {
        self.old = old
        deleted = removed
        for path in removed { touched[path] = new[path] }
        compare(old, new, [])
    }

    private mutating func compare(_ old: ModelNode?, _ new: ModelNode, _ path: Path) {
        if old?.looksDifferent(from: new) ?? true { touched[path] = new }
        for (name, child) in new.children { compare(old?.children[name], child, path + [name]) }
    }

    /// Whether the changes end the life of a node by one of its conditions.
    func expire(_ node: ModelNode, at watcher: Path, in root: ModelNode) -> Bool {
        let isAffected = node.keepWhile.contains { entry in
            let key = entry.key(of: watcher)
            let names = key.prefix { if case .name = $0 { true } else { false } }.compactMap(
                \.denotes)
            if (0...names.count).contains(where: { deleted.contains(Array(names.prefix($0))) }) {
                return true
            }
            if names.count == key.count {
                return touched[names].map { !entry.condition.holds(names.last ?? "", $0) } ?? false
            }
            return sees(key, in: root) && !root.meets(entry, of: watcher)
        }
        return isAffected && node.keepWhile.contains { !root.meets($0, of: watcher) }
    }

    /// Whether something changed that a key which is a pattern can see: the nodes that match it, and,
    /// if it tests more than names on the way to them, all nodes that its names lead to.
    private func sees(_ key: [ModelCondition], in root: ModelNode) -> Bool {
        let changed = deleted.union(touched.keys)
        if key.dropLast().contains(where: \.testsProperties) {
            return changed.contains { leads(key[...], to: $0[...]) }
        }
        let paths = root.matches(key)
        return paths != old.matches(key) || paths.contains { touched[$0] != nil }
    }

    /// Whether the beginning of a pattern may match a path, as far as the names tell.
    private func leads(_ key: ArraySlice<ModelCondition>, to path: ArraySlice<Text>) -> Bool {
        guard let condition = key.first, let name = path.first else { return false }
        let (rest, below) = (key.dropFirst(), path.dropFirst())
        if condition.outcomes(name).contains(true), below.isEmpty || leads(rest, to: below) {
            return true
        }
        return condition.reachesDown && leads(key, to: below)
    }
}
