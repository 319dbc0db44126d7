package import RaftCore

/// A command that a member must not go past.
package struct ApplicationHalt: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// Only a newer version of the machine can apply it.
        case newerVersion
        /// It shows that the state of this member is not that of the others.
        case divergence
    }

    /// Its place in the log.
    package var index: LogIndex
    package var reason: Reason
    /// What was expected, and what found.
    package var message: String

    package init(at index: LogIndex, _ reason: Reason, _ message: String) {
        self.index = index
        self.reason = reason
        self.message = message
    }
}
