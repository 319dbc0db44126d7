/// What a command is told of its entry of the log: all that enters application from outside.
package struct ApplyContext: Hashable, Sendable {
    /// The log index of the entry.
    package var revision: Revision
    /// The leader's wall clock in milliseconds, never less than that of the entry before.
    package var time: UInt64
    /// The term of the leader that made the entry.
    package var term: UInt64
    /// The behaviour that the group has agreed on; 1 at first.
    package var machineVersion: UInt32

    package init(
        revision: Revision, time: UInt64, term: UInt64 = 0, machineVersion: UInt32 = 1
    ) {
        self.revision = revision
        self.time = time
        self.term = term
        self.machineVersion = machineVersion
    }
}

/// What applying a command did.
package struct Applied: Sendable {
    /// What the caller gets.
    package var result: OperationResult
    /// The last change of payload of the one node that a write was for; nil for other commands.
    package var modifiedRevision: Revision?
    /// Everything that changed.
    package var changes: ChangeSet
    /// For a repeated command: where it was applied, or refused, the first time.
    package var earlierRevision: Revision?
}

/// How applying a command ended.
package enum ApplyOutcome: Sendable {
    /// As it should; an error of the operation is a result too.
    case applied(Applied)
    /// Nothing changed: the command looks at more nodes than the caller allows in place.
    case visitLimitExceeded
    /// The command is of a newer version: this member must not apply it, nor anything after it.
    case needsNewerVersion(String)
}
