extension TreeMachine {
    /// Applies the beginning or the end of a lease.
    mutating func apply(
        _ command: LeaseCommand, in context: ApplyContext, visitLimit: Int?
    ) -> ApplyOutcome {
        var applied = Applied(result: .ok, changes: ChangeSet())
        switch command {
        case .grant(let id, let milliseconds):
            let refusal = editor.keepWhile.leases.grant(id, milliseconds: milliseconds)
            if let refusal { applied.result = .error(refusal) }
        case .revoke(let id):
            guard end(id, in: context, visitLimit, &applied) else { return .visitLimitExceeded }
        case .expire(let id, let term) where term == context.term:
            guard end(id, in: context, visitLimit, &applied) else { return .visitLimitExceeded }
        case .expire: break
        }
        advance(to: context)
        return .applied(applied)
    }

    /// Ends a lease with its nodes; false if these are too many to do it in place.
    private mutating func end(
        _ id: SessionID, in context: ApplyContext, _ visitLimit: Int?, _ applied: inout Applied
    ) -> Bool {
        guard leases.contains(id) else { return true }
        editor.begin(at: context.revision, visitLimit: visitLimit, wantsNodes: false)
        do {
            try editor.expireNodes(of: id)
        } catch {
            editor.rollBack()
            return false
        }
        applied.changes = editor.commit()
        account(applied.changes)
        editor.keepWhile.leases.end(id)
        return true
    }
}

extension TreeEditor {
    /// Removes the nodes that are kept while a lease lives, and what expires because of that.
    ///
    /// - Throws: ``Interruption`` for too many visits; all is to be undone then.
    fileprivate mutating func expireNodes(of lease: SessionID) throws(Interruption) {
        if visitLimit != nil { keepRestorePoint() }
        beginOperation()
        let watchers = keepWhile.watchers(ofLease: lease)
        try visit(watchers.count)
        try expire(watchers)
    }
}
