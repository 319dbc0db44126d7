extension PathComponent {
    /// Makes a name of a text, taken as it is: nothing in it is a wildcard or an escape.
    ///
    /// - Throws: ``PathError`` when the text is empty or longer than 255 bytes.
    @inlinable
    public init(_ text: some StringProtocol) throws {
        try self.init(string: String(text))
    }

    @usableFromInline
    init(string: String) throws {
        var string = string
        self = try string.withUTF8 { try PathComponent(wellFormed: $0) }
    }

    /// Makes a name of bytes.
    ///
    /// - Throws: ``PathError`` when there is no byte, more than 255, or not well-formed UTF-8.
    public init(utf8 bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBufferPointer { try PathComponent(utf8: $0) }
    }

    /// Makes a name of bytes that are copied.
    ///
    /// - Throws: ``PathError`` when there is no byte, more than 255, or not well-formed UTF-8.
    package init(utf8 bytes: UnsafeBufferPointer<UInt8>) throws {
        let component = try PathComponent(wellFormed: bytes)
        guard component.isASCII || String(validating: bytes, as: UTF8.self) != nil else {
            throw PathError(.invalidUTF8, "expected a name in UTF-8, found other bytes")
        }
        self = component
    }

    /// Makes a name of bytes that are known to be well-formed UTF-8.
    ///
    /// - Throws: ``PathError`` when there is no byte or more than 255.
    package init(wellFormed bytes: UnsafeBufferPointer<UInt8>) throws {
        let count = bytes.count
        guard let start = UnsafeRawPointer(bytes.baseAddress), count > 0 else {
            throw PathError(.emptyName, "expected a name of at least one byte, found none")
        }
        guard count <= TreeLimits.nameBytesMaximum else {
            throw PathError(
                .nameTooLong,
                "expected a name of at most \(TreeLimits.nameBytesMaximum) bytes, found \(count)")
        }
        let isInline = count <= Self.inlineBytesMaximum
        let tail = Self.word(start + 8, count: min(count - 8, 7))
        self.init(
            high: Self.word(start, count: min(count, 8)),
            low: tail | (isInline ? UInt64(count) : Self.overflowMark),
            overflow: isInline ? nil : [UInt8](bytes))
    }

    /// Reads up to eight bytes as a big-endian number, padded with zeros at its low end.
    private static func word(_ start: UnsafeRawPointer, count: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        guard count < 8 else { return UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)) }
        var word: UInt64 = 0
        for index in 0..<count {
            word = word << 8 | UInt64(start.load(fromByteOffset: index, as: UInt8.self))
        }
        return word << UInt64(8 * (8 - count))
    }

    /// Whether no byte is 0x80 or more.
    private var isASCII: Bool {
        if let overflow { return overflow.allSatisfy { $0 < 0x80 } }
        let highBits: UInt64 = 0x8080_8080_8080_8080
        return (high | (low & ~0xFF)) & highBits == 0
    }
}

extension PathComponent: ExpressibleByStringLiteral {
    /// Makes a name of a literal.
    ///
    /// - Precondition: The literal has 1 to 255 bytes.
    public init(stringLiteral value: String) {
        do {
            try self.init(string: value)
        } catch {
            preconditionFailure("malformed name in a literal: \(error)")
        }
    }
}

extension PathComponent: Codable {
    /// Reads a name from a string.
    ///
    /// - Throws: `DecodingError`; the ``PathError`` is its underlying error.
    public init(from decoder: any Decoder) throws {
        self = try PathComponent.decode(from: decoder) { try PathComponent($0) }
    }

    /// Writes the name as a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }

    /// Reads a string and makes a value of it, with any ``PathError`` inside a `DecodingError`.
    static func decode<Value>(
        from decoder: any Decoder, _ make: (String) throws -> Value
    ) throws -> Value {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            return try make(text)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "\(error)",
                    underlyingError: error))
        }
    }
}
