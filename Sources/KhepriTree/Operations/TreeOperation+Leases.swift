extension TreeOperation {
    /// Whether a node is to be kept while a lease lives, which older versions cannot do.
    var namesLease: Bool {
        switch kind {
        case .put(let write), .putMany(let write), .create(let write), .update(let write),
            .compareAndSwap(_, let write):
            write.keepWhile?.contains(where: \.namesLease) ?? false
        case .clearPayload(let keepWhile), .clearManyPayloads(let keepWhile):
            keepWhile?.contains(where: \.namesLease) ?? false
        case .transaction(_, let operations):
            operations.contains(where: \.namesLease)
        case .delete, .deleteMany, .get, .getMany, .exists, .hasPayload, .count, .copy, .move,
            .abort, .abortIfError, .dump:
            false
        }
    }
}

extension KeepWhileEntry {
    /// Whether the node is kept while a lease lives.
    package var namesLease: Bool {
        if case .lease = watched { true } else { false }
    }
}
