/// Why bytes or text were refused, or a value could not be encoded.
public struct CBORError: Error, Hashable, Sendable {
    /// A kind of failure; more may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let rawValue: String

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The name of the code.
        public var description: String { rawValue }

        /// The input ends inside an item, or a length or count is larger than what is left.
        public static let truncated = Code("truncated")
        /// The bytes are no CBOR, or the text is no JSON.
        public static let malformed = Code("malformed")
        /// Well-formed, but of a kind that is not kept: a tag, an indefinite length, a simple value
        /// other than `false`, `true` and `null`, a map key that is not text.
        public static let unsupported = Code("unsupported")
        /// Not the one encoding of RFC 8949 §4.2.1: a longer form than needed, or keys out of order.
        public static let notDeterministic = Code("notDeterministic")
        /// A map or an object has a key twice.
        public static let duplicateKey = Code("duplicateKey")
        /// Text that is not UTF-8, or an escape of half a surrogate pair.
        public static let invalidText = Code("invalidText")
        /// Arrays and maps are nested deeper than allowed.
        public static let tooDeep = Code("tooDeep")
        /// More bytes than allowed.
        public static let tooLarge = Code("tooLarge")
        /// Something follows the item.
        public static let trailingBytes = Code("trailingBytes")
        /// An item of another kind than the one asked for.
        public static let unexpectedKind = Code("unexpectedKind")
        /// A number that the wanted type, or CBOR, cannot hold.
        public static let outOfRange = Code("outOfRange")
    }

    /// What kind of failure it is.
    public var code: Code
    /// Where, in bytes from the start of the input; 0 for a value that is encoded.
    public var offset: Int
    /// What was expected and what was found.
    public var message: String

    package init(_ code: Code, at offset: Int, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }
}

extension CBORError: CustomStringConvertible {
    /// The message with its place and code.
    public var description: String {
        "\(message) (\(code) at byte \(offset))"
    }
}
