extension TreeEditor {
    /// Writes one node, and creates it and those above it where they are missing.
    mutating func put(
        _ write: TreeOperation.Write, at pattern: TreePattern, guarding: TargetGuard,
        _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        try visit(pattern.components.count + 1)
        let path = try tree.locate(pattern, guarding: guarding, isCreating: true)
        return try self.write(write, to: [path], options)
    }

    /// Writes every node that a pattern matches.
    ///
    /// Names at the end of the pattern are created where they are missing. What matches is decided
    /// before the first write, so that no write hides or makes a match.
    mutating func putMany(
        _ write: TreeOperation.Write, at pattern: TreePattern, isCreating: Bool,
        _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        var targets: [TreePath]
        if isCreating {
            targets = try creatableMatches(of: pattern)
            if options.includeRoot, pattern.beginsWithCondition { targets.insert(.root, at: 0) }
        } else {
            targets = try matches(of: pattern, includesRoot: options.includeRoot)
        }
        return try self.write(write, to: targets, options)
    }

    /// The paths of the nodes that match a pattern, in order.
    mutating func matches(
        of pattern: TreePattern, includesRoot: Bool
    ) throws(Interruption) -> [TreePath] {
        var paths: [TreePath] = []
        let visits = tree.forEachMatch(
            of: pattern, includesRoot: includesRoot, visitLimit: visitsLeft
        ) { path, _ in
            paths.append(path)
            return true
        }
        try visit(visits)
        return paths
    }

    /// The paths that match a pattern, where the names at its end need not exist.
    private mutating func creatableMatches(
        of pattern: TreePattern
    ) throws(Interruption) -> [TreePath] {
        var base = pattern.components.map(\.simplified)
        var names: [PathComponent] = []
        while case .named(let name) = base.last {
            names.append(name)
            base.removeLast()
        }
        names.reverse()
        let parents = try matches(of: TreePattern(components: base), includesRoot: false)
        try visit(parents.count * names.count)
        var targets: [TreePath] = []
        targets.reserveCapacity(parents.count)
        for parent in parents {
            let target = TreePath(components: parent.components + names)
            guard target.depth <= TreeLimits.pathComponentsMaximum else {
                throw .refused(.tooDeep(below: parent))
            }
            targets.append(target)
        }
        return targets.sorted()
    }

    /// Writes nodes; the sets of conditions come last, so this operation is judged by the former.
    private mutating func write(
        _ write: TreeOperation.Write, to targets: [TreePath], _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        if let entries = write.keepWhile {
            for target in targets { try check(entries, of: target) }
        }
        for target in targets { prepareToWrite(at: target) }
        var listing = WriteListing(options, in: self)
        for target in targets {
            put(write.payload, at: target)
            listing.add(target, in: self)
        }
        try settle()
        if let entries = write.keepWhile {
            let set = KeepWhileSet.of(entries)
            for target in targets where tree.withNode(at: target, { $0 != nil }) {
                setKeepWhile(set, of: target)
            }
        }
        return result(listing)
    }

    /// Writes a node, and creates it and those above it where they are missing.
    private mutating func put(_ payload: Payload?, at path: TreePath) {
        guard !setPayload(payload, of: path) else { return }
        createAncestors(of: path, from: tree.depthOfExisting(path))
        create(path, payload: payload)
    }

    /// Creates what is missing above a node, to be reclaimed when it is of no more use.
    mutating func createAncestors(of path: TreePath, from existing: Int) {
        for depth in existing + 1..<max(path.depth, existing + 1) {
            let ancestor = TreePath(components: Array(path.components.prefix(depth)))
            create(ancestor, payload: nil, keepWhile: .reclaimed)
        }
    }

    /// Refuses a set of conditions that does not hold before the write.
    ///
    /// For a node that is about to be created, conditions on itself or on something below it are
    /// left out: there is nothing yet.
    private func check(
        _ entries: [KeepWhileEntry], of path: TreePath
    ) throws(Interruption) {
        guard !path.isRoot || entries.isEmpty else {
            throw .invalid("expected no keep-while conditions on the root", path: path)
        }
        let isCreation = tree.withNode(at: path) { $0 == nil }
        for entry in entries where !(isCreation && entry.isIgnored(onCreationOf: path)) {
            guard keepWhile.isMet(entry, from: path, in: tree) else {
                throw .refused(
                    OperationError(
                        .keepWhileConditionsNotMet, entry.expectation(from: path), path: path))
            }
        }
    }
}

extension Tree {
    /// How many names of a path lead to a node that exists.
    func depthOfExisting(_ path: TreePath) -> Int {
        var node = root
        for (depth, name) in path.components.enumerated() {
            guard let child = child(name, of: node) else { return depth }
            node = child
        }
        return path.depth
    }
}

extension OperationError {
    /// A write would make a node below the deepest possible one.
    static func tooDeep(below path: TreePath) -> OperationError {
        OperationError(
            .invalidPath,
            "expected a path of at most \(TreeLimits.pathComponentsMaximum) components", path: path)
    }
}
