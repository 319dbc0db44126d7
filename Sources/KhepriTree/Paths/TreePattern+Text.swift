extension TreePattern {
    /// Reads a pattern from its text form.
    ///
    /// - Throws: ``PathError`` when the text does not begin with `/`, has an empty component or a
    ///   malformed escape in it, or goes beyond a limit.
    @inlinable
    public init(_ text: some StringProtocol) throws {
        try self.init(text: String(text))
    }

    @usableFromInline
    init(text: String) throws {
        var text = text
        self = try text.withUTF8 { try TreePattern(pieces: PathText(absolute: $0)) }
    }

    /// Reads a pattern that begins at the root, whether or not its text begins with `/`.
    ///
    /// - Throws: ``PathError`` when the text is empty or malformed.
    package init(fromRoot text: String) throws {
        var text = text
        self = try text.withUTF8 { try TreePattern(pieces: PathText(fromRoot: $0)) }
    }

    private init(pieces: PathText) throws {
        var pieces = pieces
        components = []
        components.reserveCapacity(pieces.pieceCountMaximum)
        while let piece = try pieces.next() {
            switch piece {
            case .current: continue
            case .parent: _ = components.popLast()
            case .name(let name): try append(name)
            }
        }
    }

    /// Appends what a component of a text stands for.
    mutating func append(_ name: PathText.RawName) throws {
        try TreePath.checkCount(components.count + 1, position: name.position)
        components.append(try name.condition())
    }
}

extension PathText.RawName {
    /// The condition these bytes stand for.
    func condition() throws -> NodeCondition {
        guard hasStar else { return .named(try component()) }
        let isAllStars = bytes.allSatisfy { $0 == PathText.star }
        switch bytes.count {
        case 1 where isAllStars: return .anyName
        case 2 where isAllStars: return .anyPath
        default: return .nameMatches(try glob())
        }
    }

    /// The pattern of a component with `*` among its bytes.
    ///
    /// A glob has no way to write a literal `*`, so that with a `%2A` becomes a regular expression.
    private func glob() throws -> NamePattern {
        let pieces = try bytes.split(separator: PathText.star, omittingEmptySubsequences: false).map
        {
            let raw = PathText.RawName(
                bytes: UnsafeBufferPointer(rebasing: $0), position: position + $0.startIndex,
                isEscaped: isEscaped, hasStar: false)
            guard let piece = String(validating: try raw.decoded(), as: UTF8.self) else {
                throw PathError(
                    .invalidUTF8, "expected a name in UTF-8, found other bytes", position: position)
            }
            return piece
        }
        do {
            guard pieces.contains(where: { $0.utf8.contains(PathText.star) }) else {
                return try NamePattern(glob: pieces.joined(separator: "*"))
            }
            let quoted = pieces.map { Self.quoted($0) }.joined(separator: #"(?:.|\n)*"#)
            return try NamePattern(regularExpression: "^\(quoted)$")
        } catch {
            throw PathError(.invalidNamePattern, "\(error)", position: position)
        }
    }

    /// The regular expression that matches a text and nothing else.
    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if #"\^$.|?*+()[]{}"#.unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

extension TreePattern: CustomStringConvertible {
    /// The text form where there is one; a component without a text form is written as JSON.
    public var description: String {
        guard !components.isEmpty else { return "/" }
        return components.map { "/" + ($0.text ?? $0.jsonText) }.joined()
    }
}

extension TreePattern: ExpressibleByStringInterpolation {
    /// Reads a pattern from a literal.
    ///
    /// - Precondition: The text is well-formed.
    public init(stringLiteral value: String) {
        do {
            try self.init(text: value)
        } catch {
            preconditionFailure("malformed pattern in a literal: \(error)")
        }
    }

    /// Reads a pattern from a literal with values in it; nothing in a value is a wildcard.
    ///
    /// - Precondition: The text is well-formed, and so is each value: an empty one or one of more than
    ///   255 bytes is no name. Make a ``PathComponent`` of text that comes from elsewhere first.
    public init(stringInterpolation: PathInterpolation) {
        self.init(stringLiteral: stringInterpolation.text)
    }
}
