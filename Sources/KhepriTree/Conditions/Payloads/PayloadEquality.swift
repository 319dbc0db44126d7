import CBOR

/// Whether an encoded item equals a value.
struct PayloadEquality {
    /// Whether `1` equals `1.0`; otherwise two items are equal if their encodings are.
    let numbersByValue: Bool

    /// Compares the next item of a reader, which is not moved.
    func holds(in reader: CBORReader, and value: CBORValue) throws -> Bool {
        var reader = reader
        return try holds(of: &reader, and: value)
    }

    /// Compares the next item; the reader is past it if they are equal, and elsewhere if not.
    private func holds(of reader: inout CBORReader, and value: CBORValue) throws -> Bool {
        if numbersByValue, let number = PayloadNumber(value) {
            return try PayloadNumber(next: &reader)?.compare(with: number) == 0
        }
        guard try PayloadPattern.PayloadType(reader.peekKind()) == PayloadPattern.PayloadType(value)
        else { return false }
        switch value {
        case .null:
            try reader.readNull()
            return true
        case .boolean(let boolean):
            return try reader.readBoolean() == boolean
        case .unsigned(let integer):
            return try reader.peekKind() == .unsigned && reader.readUnsigned() == integer
        case .negative(let integer):
            return try reader.peekKind() == .negative && reader.readInteger() == integer
        case .double(let double):
            let other = try reader.readDouble()
            return other.bitPattern == double.bitPattern || (other.isNaN && double.isNaN)
        case .text(let text):
            return ByteOrder.compare(try reader.readTextBuffer(), with: text) == 0
        case .bytes(let bytes):
            return try reader.readBytesBuffer().elementsEqual(bytes)
        case .array(let elements):
            return try holds(of: &reader, and: elements)
        case .map(let entries):
            return try holds(of: &reader, and: entries)
        }
    }

    private func holds(of reader: inout CBORReader, and elements: [CBORValue]) throws -> Bool {
        guard try reader.readArrayHeader() == elements.count else { return false }
        try reader.enter()
        for element in elements {
            guard try holds(of: &reader, and: element) else { return false }
        }
        reader.leave()
        return true
    }

    private func holds(of reader: inout CBORReader, and entries: [CBORMapEntry]) throws -> Bool {
        guard try reader.readMapHeader() == entries.count else { return false }
        try reader.enter()
        for entry in MapKeyOrder.sorted(entries, by: \.key) {
            guard try MapKeyOrder.compare(reader.readTextBuffer(), with: entry.key) == 0,
                try holds(of: &reader, and: entry.value)
            else { return false }
        }
        reader.leave()
        return true
    }
}

extension PayloadPattern.PayloadType {
    /// The type of a value.
    init(_ value: CBORValue) {
        self =
            switch value {
            case .null: .null
            case .boolean: .boolean
            case .unsigned, .negative: .integer
            case .double: .double
            case .text: .string
            case .bytes: .bytes
            case .array: .array
            case .map: .object
            }
    }
}
