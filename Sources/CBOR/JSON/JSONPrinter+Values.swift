extension JSONPrinter {
    /// Writes an encoded item: data in the form that ``JSONValue/cborValue()`` reads back.
    ///
    /// - Throws: ``CBORError`` when the bytes are not one item; the text is then unusable.
    package mutating func writeItem(_ cbor: UnsafeRawBufferPointer) throws {
        var reader = CBORReader(cbor)
        try writeItem(from: &reader)
        try reader.expectEnd()
    }

    /// Writes an encoded item: data in the form that ``JSONValue/cborValue()`` reads back.
    package mutating func writeItem(_ cbor: [UInt8]) throws {
        try cbor.withUnsafeBytes { try writeItem($0) }
    }

    /// Writes JSON as it is, without `$literal`.
    package mutating func writeValue(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .boolean(let value): writeBoolean(value)
        case .unsigned(let value): writeInteger(value)
        case .negative(let value): writeInteger(value)
        case .double(let value): writeDouble(value)
        case .string(let text): writeString(text.string)
        case .array(let elements):
            beginArray()
            for element in elements { writeValue(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                writeKey(member.key.string)
                writeValue(member.value)
            }
            endObject()
        }
    }

    private mutating func writeItem(from reader: inout CBORReader) throws {
        switch try reader.peekKind() {
        case .null:
            try reader.readNull()
            writeNull()
        case .boolean: writeBoolean(try reader.readBoolean())
        case .unsigned: writeInteger(try reader.readUnsigned())
        case .negative: writeInteger(try reader.readInteger(as: Int64.self))
        case .double: writeDouble(try reader.readDouble())
        case .text: writeString(utf8: try reader.readTextBuffer())
        case .bytes: writeBytes(try reader.readBytesBuffer())
        case .array: try writeArray(from: &reader)
        case .map: try writeMap(from: &reader)
        }
    }

    private mutating func writeArray(from reader: inout CBORReader) throws {
        try reader.enter()
        beginArray()
        for _ in 0..<(try reader.readArrayHeader()) { try writeItem(from: &reader) }
        endArray()
        reader.leave()
    }

    private mutating func writeMap(from reader: inout CBORReader) throws {
        try reader.enter()
        let count = try reader.readMapHeader()
        let needsLiteral = count == 1 && reader.isAtOperatorKey
        if needsLiteral {
            beginObject()
            writeKey("$literal")
        }
        beginObject()
        for _ in 0..<count {
            writeKey(utf8: try reader.readKey())
            try writeItem(from: &reader)
        }
        endObject()
        if needsLiteral { endObject() }
        reader.leave()
    }
}

extension CBORReader {
    /// Whether the next item is a text string that begins with `$`.
    fileprivate var isAtOperatorKey: Bool {
        var ahead = self
        guard let key = try? ahead.readKey() else { return false }
        return key.first == UInt8(ascii: "$")
    }
}
