// One generic method meets the requirements of `Codable` for all types.

extension EncodingNode: Encoder {
    var codingPath: [any CodingKey] { path.keys }

    var userInfo: [CodingUserInfoKey: Any] { session.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedEncoding(node: container(.map)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedEncoding(node: container(.array))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleValueEncoding(node: self)
    }
}

/// A map that is encoded.
struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodingNode

    var codingPath: [any CodingKey] { node.path.keys }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        let name = node.session.appendName(key.stringValue)
        try node.append(value, name: name, path: CodingPath(node.path, key))
    }

    func encodeNil(forKey key: Key) {
        node.appendNil(name: node.session.appendName(key.stringValue))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        child(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        child(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        child(PositionKey.super)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        child(key)
    }

    private func child(_ key: any CodingKey) -> EncodingNode {
        let name = node.session.appendName(key.stringValue)
        return node.appendNode(name: name, path: CodingPath(node.path, key))
    }
}

/// An array that is encoded.
struct UnkeyedEncoding: UnkeyedEncodingContainer {
    let node: EncodingNode

    var codingPath: [any CodingKey] { node.path.keys }

    var count: Int { node.entries.count }

    func encode<Value: Encodable>(_ value: Value) throws {
        try node.append(value, path: nextPath)
    }

    func encodeNil() {
        node.appendNil()
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        node.appendNode(path: nextPath).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        node.appendNode(path: nextPath).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        node.appendNode(path: nextPath)
    }

    private var nextPath: CodingPath {
        CodingPath(node.path, PositionKey(index: count))
    }
}

/// A value that is encoded as one other value.
struct SingleValueEncoding: SingleValueEncodingContainer {
    let node: EncodingNode

    var codingPath: [any CodingKey] { node.path.keys }

    func encode<Value: Encodable>(_ value: Value) throws {
        try node.encode(value)
    }

    func encodeNil() throws {
        try node.encodeNil()
    }
}
