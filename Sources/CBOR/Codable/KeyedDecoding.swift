/// A map that is decoded: an index of its entries, in the order of the encoded keys.
struct KeyedDecoding<Key: CodingKey> {
    let map: ItemDecoder
    let entries: [MapIndexEntry]

    /// Where the value of a key begins, nil when there is no such key; O(log n).
    @inline(__always)
    private func offset(of key: String) -> Int? {
        key.withUTF8Bytes { key in
            var lower = 0
            var upper = entries.count
            while lower < upper {
                let middle = (lower &+ upper) / 2
                let order = entries[middle].compare(key, in: map.session.buffer)
                if order == 0 { return entries[middle].value }
                if order < 0 { lower = middle &+ 1 } else { upper = middle }
            }
            return nil
        }
    }

    @inline(__always)
    private func existingOffset(of key: some CodingKey) throws -> Int {
        if let offset = offset(of: key.stringValue) { return offset }
        throw missing(key)
    }

    @inline(__always)
    private func decode<Value: Decodable>(
        _ type: Value.Type, at offset: Int, _ key: Key
    ) throws -> Value {
        var reader = try map.session.reader(at: offset)
        return try map.session.decode(type, from: &reader, path: CodingPath(map.path, key))
    }

    @inline(never)
    private func missing(_ key: some CodingKey) -> DecodingError {
        .keyNotFound(
            key, .init(codingPath: codingPath, debugDescription: "expected a value for a key"))
    }

    private func decoder(_ key: some CodingKey) throws -> ItemDecoder {
        let offset = try existingOffset(of: key)
        let path = CodingPath(map.path, key)
        let decoder = ItemDecoder(session: map.session, offset: offset, path: path)
        try decoder.checkDepth()
        return decoder
    }
}

extension KeyedDecoding: KeyedDecodingContainerProtocol {
    var codingPath: [any CodingKey] { map.codingPath }

    var allKeys: [Key] {
        entries.compactMap { entry in
            let name = entry.name(in: map.session.buffer)
            return Key(stringValue: String(decoding: name, as: UTF8.self))
        }
    }

    func contains(_ key: Key) -> Bool {
        offset(of: key.stringValue) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try map.session.isNil(at: existingOffset(of: key))
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decode(type, at: existingOffset(of: key), key)
    }

    func decodeIfPresent<Value: Decodable>(
        _ type: Value.Type, forKey key: Key
    ) throws -> Value? {
        guard let offset = offset(of: key.stringValue) else { return nil }
        guard try !map.session.isNil(at: offset) else { return nil }
        return try decode(type, at: offset, key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        try decoder(PositionKey.super)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try decoder(key)
    }
}

/// Where a key and its value are in the input.
struct MapIndexEntry {
    /// Where the key's UTF-8 is.
    private let start: Int
    private let end: Int
    /// Where the value begins.
    let value: Int

    init(start: Int, end: Int, value: Int) {
        self.start = start
        self.end = end
        self.value = value
    }

    /// The key's UTF-8, empty when the input is lent no more.
    @inline(__always)
    func name(in buffer: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard end <= buffer.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    }

    /// Negative, zero or positive as the key comes before, is, or comes after another.
    @inline(__always)
    func compare(_ key: UnsafeRawBufferPointer, in buffer: UnsafeRawBufferPointer) -> Int {
        ByteOrder.compareKeys(name(in: buffer), key)
    }
}

extension CBORReader {
    /// Reads a map's header and finds its entries.
    mutating func readIndex() throws -> [MapIndexEntry] {
        let count = try readMapHeader()
        var entries: [MapIndexEntry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let length = try readString(.text, "a text string").count
            entries.append(MapIndexEntry(start: offset - length, end: offset, value: offset))
            try skip()
        }
        return entries
    }
}
