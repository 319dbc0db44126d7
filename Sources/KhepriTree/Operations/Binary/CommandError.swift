/// Why bytes are not a command that this version applies, or an operation cannot be encoded as one.
package struct CommandError: Error, Hashable, Sendable {
    /// The kinds of failure.
    package enum Code: Hashable, Sendable {
        /// Not a command: damaged, or never made by this program.
        case malformed
        /// A kind of command that this version does not know.
        case unknownKind
        /// A known kind of command in a version newer than this one knows.
        case newerVersion
        /// Beyond one of ``TreeLimits``.
        case limitExceeded
    }

    /// The kind of failure.
    package var code: Code
    /// What was expected and what was found.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Says what an error of a part means for the command.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as NodeConditionError: self.init(.limitExceeded, error.message)
        case let error as PathError where error.isBeyondLimit:
            self.init(.limitExceeded, error.message)
        default: self.init(.malformed, "\(error)")
        }
    }
}

extension PathError {
    fileprivate var isBeyondLimit: Bool { code == .tooManyComponents || code == .nameTooLong }
}

extension CommandError: CustomStringConvertible {
    /// The code and the message.
    package var description: String { "\(code): \(message)" }
}
