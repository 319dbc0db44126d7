/// An array that is decoded, element by element.
struct UnkeyedDecoding {
    let array: ItemDecoder
    private let elements: Int
    /// Where the next element begins.
    private var offset: Int
    private(set) var currentIndex = 0

    init(array: ItemDecoder, elements: Int, offset: Int) {
        self.array = array
        self.elements = elements
        self.offset = offset
    }

    private var nextPath: CodingPath {
        CodingPath(array.path, PositionKey(index: currentIndex))
    }

    private func checkHasNext(_ type: Any.Type) throws {
        guard isAtEnd else { return }
        throw DecodingError.valueNotFound(
            type,
            .init(
                codingPath: Optional(nextPath).keys,
                debugDescription: "expected another element, found the end of the array"))
    }

    /// Steps over the next element.
    private mutating func advance() throws {
        var reader = try array.session.reader(at: offset)
        try reader.skip()
        offset = reader.offset
        currentIndex += 1
    }

    /// The next element as a decoder, which counts as decoded.
    private mutating func nextDecoder(_ type: Any.Type) throws -> ItemDecoder {
        try checkHasNext(type)
        let decoder = ItemDecoder(session: array.session, offset: offset, path: nextPath)
        try decoder.checkDepth()
        try advance()
        return decoder
    }
}

extension UnkeyedDecoding: UnkeyedDecodingContainer {
    var codingPath: [any CodingKey] { array.codingPath }

    var count: Int? { elements }

    var isAtEnd: Bool { currentIndex >= elements }

    mutating func decodeNil() throws -> Bool {
        try checkHasNext(Any?.self)
        guard try array.session.isNil(at: offset) else { return false }
        try advance()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try checkHasNext(type)
        var reader = try array.session.reader(at: offset)
        let value = try array.session.decode(type, from: &reader, path: nextPath)
        offset = reader.offset
        currentIndex += 1
        return value
    }

    mutating func decodeIfPresent<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        if isAtEnd { return nil }
        return try decodeNil() ? nil : decode(type)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nextDecoder(KeyedDecodingContainer<NestedKey>.self).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try nextDecoder((any UnkeyedDecodingContainer).self).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        try nextDecoder((any Decoder).self)
    }
}
