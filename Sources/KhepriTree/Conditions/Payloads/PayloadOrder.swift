import CBOR

/// The order of payloads: numbers by value, text and byte strings by their bytes.
enum PayloadOrder {
    /// Negative, zero or positive as the next item comes before, with or after a value; nil when
    /// they have no order.
    static func compareNext(in start: CBORReader, with value: CBORValue) throws -> Int? {
        var reader = start
        switch value {
        case .unsigned, .negative, .double:
            guard let number = PayloadNumber(value) else { return nil }
            return try PayloadNumber(next: &reader)?.compare(with: number)
        case .text(let text):
            guard try reader.peekKind() == .text else { return nil }
            return ByteOrder.compare(try reader.readTextBuffer(), with: text)
        case .bytes(let bytes):
            guard try reader.peekKind() == .bytes else { return nil }
            let found = try reader.readBytesBuffer()
            return bytes.withUnsafeBytes { ByteOrder.compare(found, with: $0) }
        case .null, .boolean, .array, .map:
            return nil
        }
    }
}

/// The order of keys in a map: RFC 8949 §4.2.1, shorter ones first, then by bytes.
enum MapKeyOrder {
    /// Negative, zero or positive as an encoded key comes before, with or after a text.
    static func compare(_ key: UnsafeRawBufferPointer, with text: CBORText) -> Int {
        let difference = key.count - text.string.utf8.count
        return difference != 0 ? difference : ByteOrder.compare(key, with: text)
    }

    /// Sorts what has keys, at no cost if it is sorted; equal keys keep their order.
    static func sorted<Element>(
        _ elements: [Element], by key: (Element) -> CBORText
    ) -> [Element] {
        let isSorted = zip(elements, elements.dropFirst()).allSatisfy {
            !precedes(key($1), key($0))
        }
        if isSorted { return elements }
        return elements.sorted { precedes(key($0), key($1)) }
    }

    private static func precedes(_ lhs: CBORText, _ rhs: CBORText) -> Bool {
        let difference = lhs.string.utf8.count - rhs.string.utf8.count
        return difference != 0 ? difference < 0 : lhs < rhs
    }
}

/// The order of byte sequences.
enum ByteOrder {
    /// Negative, zero or positive as bytes come before, with or after the UTF-8 of a text.
    static func compare(_ bytes: UnsafeRawBufferPointer, with text: CBORText) -> Int {
        var string = text.string
        return string.withUTF8 { compare(bytes, with: UnsafeRawBufferPointer($0)) }
    }

    /// Negative, zero or positive as the left bytes come before, with or after the right ones.
    static func compare(
        _ lhs: UnsafeRawBufferPointer, with rhs: UnsafeRawBufferPointer
    ) -> Int {
        for index in 0..<min(lhs.count, rhs.count) where lhs[index] != rhs[index] {
            return lhs[index] < rhs[index] ? -1 : 1
        }
        return lhs.count - rhs.count
    }
}
