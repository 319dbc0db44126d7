/// Why a text is not a path, a pattern or a name.
public struct PathError: Error, Hashable, Sendable {
    /// The kind of mistake.
    public let code: Code
    /// What was expected, what was found and what to do; never the text itself.
    public let message: String
    /// Where in the text the mistake is, in UTF-8 bytes from its beginning; nil where there is no text.
    public let position: Int?

    package init(_ code: Code, _ message: String, position: Int? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    /// The kinds of mistake; later versions may add some.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A name without a byte.
        public static let emptyName = Code("emptyName")
        /// A name longer than ``TreeLimits/nameBytesMaximum``.
        public static let nameTooLong = Code("nameTooLong")
        /// A name that is not well-formed UTF-8.
        public static let invalidUTF8 = Code("invalidUTF8")
        /// More components than ``TreeLimits/pathComponentsMaximum``.
        public static let tooManyComponents = Code("tooManyComponents")
        /// A text that does not begin with `/`.
        public static let missingLeadingSlash = Code("missingLeadingSlash")
        /// A `%` without two hexadecimal digits after it.
        public static let malformedPercentEncoding = Code("malformedPercentEncoding")
        /// A `*` where one node is meant.
        public static let unexpectedWildcard = Code("unexpectedWildcard")
        /// A glob that cannot be used.
        public static let invalidNamePattern = Code("invalidNamePattern")
    }
}

extension PathError: CustomStringConvertible {
    /// The message, with the position if there is one.
    public var description: String {
        guard let position else { return "\(code): \(message)" }
        return "\(code): \(message), at byte \(position)"
    }
}
