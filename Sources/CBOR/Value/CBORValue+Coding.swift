extension CBORValue {
    /// Reads bytes that are exactly one item in core deterministic encoding (RFC 8949 §4.2.1).
    ///
    /// - Parameter bytes: The encoded item; O(n).
    /// - Throws: ``CBORError`` with the place of what is not allowed.
    public init(decoding bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { try CBORValue(decoding: $0) }
    }

    /// Reads bytes that are exactly one item in core deterministic encoding.
    package init(decoding bytes: UnsafeRawBufferPointer) throws {
        try CBORValidator.validate(bytes)
        var reader = CBORReader(bytes)
        self = try reader.readValue()
    }

    /// The core deterministic encoding; O(n log n) for maps, O(n) when their entries are in order.
    ///
    /// - Throws: ``CBORError`` `.duplicateKey` or, for more than 64 nested arrays and maps, `.tooDeep`.
    public func encoded() throws -> [UInt8] {
        var writer = CBORWriter()
        try write(to: &writer)
        return writer.finish()
    }

    /// Appends the core deterministic encoding.
    package func write(to writer: inout CBORWriter) throws {
        try write(to: &writer, depth: 0)
    }

    /// Appends the encoding of an item inside that many arrays and maps.
    func write(to writer: inout CBORWriter, depth: Int) throws {
        switch self {
        case .null: writer.writeNull()
        case .boolean(let value): writer.writeBoolean(value)
        case .unsigned(let value): writer.writeUnsigned(value)
        case .negative(let value): writer.writeInteger(value)
        case .double(let value): writer.writeDouble(value)
        case .text(let text): writer.writeText(text.string)
        case .bytes(let bytes): writer.writeBytes(bytes)
        case .array(let elements):
            guard depth < CBORLimit.depthMaximum else { throw Self.tooDeep }
            writer.writeArrayHeader(elements.count)
            for element in elements { try element.write(to: &writer, depth: depth + 1) }
        case .map(let entries):
            guard depth < CBORLimit.depthMaximum else { throw Self.tooDeep }
            let sorted = try Self.sortedDistinct(entries)
            writer.writeMapHeader(sorted.count)
            for entry in sorted {
                writer.writeText(entry.key.string)
                try entry.value.write(to: &writer, depth: depth + 1)
            }
        }
    }

    /// The entries in the order of their encoded keys (RFC 8949 §4.2.1).
    static func sorted(_ entries: [CBORMapEntry]) -> [CBORMapEntry] {
        let firstUnordered = entries.indices.dropFirst().first { index in
            !entries[index - 1].key.isEncodedBefore(entries[index].key)
        }
        if firstUnordered == nil { return entries }
        return entries.sorted { $0.key.isEncodedBefore($1.key) }
    }

    private static func sortedDistinct(_ entries: [CBORMapEntry]) throws -> [CBORMapEntry] {
        let sorted = sorted(entries)
        for index in sorted.indices.dropFirst() where sorted[index - 1].key == sorted[index].key {
            throw CBORError(.duplicateKey, at: 0, "expected distinct keys, found one twice")
        }
        return sorted
    }

    private static var tooDeep: CBORError {
        CBORError(
            .tooDeep, at: 0,
            "expected at most \(CBORLimit.depthMaximum) nested arrays and maps, found more")
    }
}

extension CBORValue: CustomStringConvertible {
    /// The value as JSON, or the reason why it cannot be encoded.
    public var description: String {
        do {
            return try JSONPrinter.text(of: encoded())
        } catch {
            return "\(error)"
        }
    }
}

extension CBORReader {
    /// Reads the next item as a value; maps may have any order and duplicates, which
    /// ``CBORValue/init(decoding:)-([UInt8])`` refuses.
    package mutating func readValue() throws -> CBORValue {
        switch try peekKind() {
        case .null:
            try readNull()
            return .null
        case .boolean: return .boolean(try readBoolean())
        case .unsigned: return .unsigned(try readUnsigned())
        case .negative: return .negative(try readInteger())
        case .double: return .double(try readDouble())
        case .text: return .text(CBORText(try readText()))
        case .bytes: return .bytes(try readBytes())
        case .array: return .array(try readElements())
        case .map: return .map(try readEntries())
        }
    }

    private mutating func readElements() throws -> [CBORValue] {
        try enter()
        defer { leave() }
        let count = try readArrayHeader()
        var elements: [CBORValue] = []
        for _ in 0..<count { elements.append(try readValue()) }
        return elements
    }

    private mutating func readEntries() throws -> [CBORMapEntry] {
        try enter()
        defer { leave() }
        let count = try readMapHeader()
        var entries: [CBORMapEntry] = []
        for _ in 0..<count {
            let key = CBORText(String(decoding: try readKey(), as: UTF8.self))
            entries.append(CBORMapEntry(key: key, value: try readValue()))
        }
        return entries
    }
}
