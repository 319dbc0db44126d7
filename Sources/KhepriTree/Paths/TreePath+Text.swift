extension TreePath {
    /// Reads a path from its text form.
    ///
    /// - Throws: ``PathError`` when the text does not begin with `/`, has an empty component, a
    ///   wildcard or a malformed escape in it, or goes beyond a limit.
    @inlinable
    public init(_ text: some StringProtocol) throws {
        try self.init(text: String(text))
    }

    @usableFromInline
    init(text: String) throws {
        var text = text
        self = try text.withUTF8 { try TreePath(pieces: PathText(absolute: $0)) }
    }

    private init(pieces: PathText) throws {
        var pieces = pieces
        components = []
        components.reserveCapacity(pieces.pieceCountMaximum)
        while let piece = try pieces.next() {
            switch piece {
            case .current:
                continue
            case .parent:
                _ = components.popLast()
            case .name(let name):
                guard !name.hasStar else {
                    throw PathError(
                        .unexpectedWildcard,
                        "expected one node, found a wildcard; use a pattern, or %2A for a literal *",
                        position: name.position)
                }
                components.append(try name.component())
                try Self.checkCount(components.count, position: name.position)
            }
        }
    }
}

extension TreePath: CustomStringConvertible {
    /// The text form; reading it gives this path.
    public var description: String {
        guard !isRoot else { return "/" }
        var text = ""
        for component in components {
            text += "/"
            component.appendText(to: &text)
        }
        return text
    }
}

extension TreePath: ExpressibleByStringInterpolation {
    /// Reads a path from a literal.
    ///
    /// - Precondition: The text is well-formed.
    public init(stringLiteral value: String) {
        do {
            try self.init(text: value)
        } catch {
            preconditionFailure("malformed path in a literal: \(error)")
        }
    }

    /// Reads a path from a literal with values in it.
    ///
    /// - Precondition: The text is well-formed, and so is each value: an empty one or one of more than
    ///   255 bytes is no name. Make a ``PathComponent`` of text that comes from elsewhere first.
    public init(stringInterpolation: PathInterpolation) {
        self.init(stringLiteral: stringInterpolation.text)
    }
}

extension TreePath: Codable {
    /// Reads a path from its text form.
    ///
    /// - Throws: `DecodingError`; the ``PathError`` is its underlying error.
    public init(from decoder: any Decoder) throws {
        self = try PathComponent.decode(from: decoder) { try TreePath($0) }
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
