package import RaftCore

/// A command that only a newer version of the machine can apply.
package struct NewerCommand: Error, Sendable, Hashable {
    /// Its place in the log.
    package var index: LogIndex
    /// What was expected, and what found.
    package var message: String

    package init(at index: LogIndex, _ message: String) {
        self.index = index
        self.message = message
    }
}
