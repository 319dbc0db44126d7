extension TreeEditor {
    /// Removes the node that a pattern denotes, with all below it; nothing to remove is no error.
    mutating func delete(
        at pattern: TreePattern, _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        try visit(pattern.components.count + 1)
        guard let path = try tree.locateIfPresent(pattern) else { return .nodes([]) }
        return try delete([path], options)
    }

    /// Removes every node that a pattern matches, with all below it.
    mutating func deleteMany(
        at pattern: TreePattern, _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        let targets = try matches(of: pattern, includesRoot: options.includeRoot)
        return try delete(targets, options)
    }

    /// Removes nodes given in order; one below another one goes with that.
    private mutating func delete(
        _ targets: [TreePath], _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        try expectVisits(countRemoved(by: targets))
        for target in targets { prepareToWrite(at: target) }
        var listing = WriteListing(options, in: self)
        for target in targets {
            if target.isRoot {
                listing.addEmptiedRoot(tree)
                try empty()
            } else {
                try remove(target, because: .explicit)
            }
        }
        try settle()
        return result(listing)
    }

    /// How many nodes go with some that are given in order.
    private func countRemoved(by targets: [TreePath]) -> Int {
        var count = 0
        var last: TreePath?
        for target in targets where last.map({ !$0.isPrefix(of: target) }) ?? true {
            count += tree.withNode(at: target) { $0.map { $0.descendantCount + 1 } ?? 0 }
            last = target
        }
        return count
    }

    /// Removes everything below the root, and the root's payload; the root itself stays.
    private mutating func empty() throws(Interruption) {
        try removeChildrenOfRoot()
        setPayload(nil, of: .root)
    }

    /// Removes everything below the root.
    mutating func removeChildrenOfRoot() throws(Interruption) {
        for name in tree.childNames(of: tree.root) {
            try remove(TreePath(components: [name]), because: .explicit)
        }
    }
}

extension Tree {
    /// As ``locate(_:guarding:isCreating:)``, with nil for a node that is missing or mismatching.
    func locateIfPresent(_ pattern: TreePattern) throws(Interruption) -> TreePath? {
        do {
            return try locate(pattern)
        } catch {
            guard case .refused = error else { throw error }
            return nil
        }
    }
}
