import CBOR

/// A glob or a regular expression that names of nodes are matched against.
///
/// A regular expression is of the RE2 family and is *searched* in the name: it need not cover the
/// whole of it unless it says so with `^` and `$`. The supported constructs are
///
/// * characters, `.` (any but a line feed), classes `[a-z_]` and `[^a-z]`;
/// * `\d`, `\w`, `\s` and their opposites `\D`, `\W`, `\S`, all of them about ASCII;
/// * escapes of punctuation, `\n`, `\r`, `\t`, `\xHH` and `\x{H…}`;
/// * `^` and `$` (the start and the end of the name), groups `(…)` and `(?:…)`, alternation `|`;
/// * the repetitions `*`, `+`, `?`, `{m}`, `{m,}`, `{m,n}`.
///
/// Everything else is refused. A glob covers the whole name, and its only special character is
/// `*`, any number of characters.
///
/// Matching takes time in proportion to the size of the pattern times the length of the name,
/// whatever the pattern is, needs no memory that outlives it, and gives the same answer on every
/// member of a store for ever.
public struct NamePattern: Sendable {
    /// The text it was made from; equality, hashing and coding use it and ``isGlob`` alone.
    public let source: String
    /// Whether ``source`` is a glob instead of a regular expression.
    public let isGlob: Bool
    private let matcher: Matcher

    /// How names are tested.
    private enum Matcher: Sendable {
        case pieces(NamePieces)
        case automaton(NameAutomaton)
    }

    /// The longest source, in UTF-8 bytes.
    package static let sourceBytesMaximum = 4_096

    /// Compiles a regular expression.
    ///
    /// - Throws: ``NamePatternError`` when it is malformed, uses a construct that is not supported,
    ///   or needs more than 1,000 states once its repetitions are written out.
    /// - Complexity: Proportional to the length of the text and the number of states.
    public init(regularExpression source: String) throws {
        try Self.checkLength(of: source)
        let expression = try NameExpressionParser.parse(source)
        self.source = source
        isGlob = false
        matcher =
            NamePieces(searching: expression).map(Matcher.pieces)
            ?? .automaton(NameAutomaton(expression))
    }

    /// Compiles a glob; `*` stands for any number of characters, every other character for itself.
    ///
    /// - Throws: ``NamePatternError`` when it is longer than 4,096 bytes.
    public init(glob source: String) throws {
        try Self.checkLength(of: source)
        self.source = source
        isGlob = true
        matcher = .pieces(NamePieces(glob: source))
    }

    private static func checkLength(of source: String) throws {
        guard source.utf8.count > sourceBytesMaximum else { return }
        throw NamePatternError(
            "expected a pattern of at most \(sourceBytesMaximum) bytes, found more",
            at: sourceBytesMaximum)
    }

    /// Whether a name matches; bytes that are no UTF-8 count as U+FFFD each.
    ///
    /// - Complexity: The number of states times the number of bytes.
    package func matches(name utf8: UnsafeRawBufferPointer) -> Bool {
        switch matcher {
        case .pieces(let pieces): pieces.match(utf8)
        case .automaton(let automaton): automaton.findsMatch(in: utf8)
        }
    }
}

extension NamePattern: Hashable {
    /// Whether both are of one kind and have the same text, byte for byte.
    public static func == (lhs: NamePattern, rhs: NamePattern) -> Bool {
        lhs.isGlob == rhs.isGlob && CBORText(lhs.source) == CBORText(rhs.source)
    }

    /// Hashes the kind and the bytes of the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(isGlob)
        hasher.combine(CBORText(source))
    }
}
