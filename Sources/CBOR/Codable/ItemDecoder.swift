/// The decoder that a value sees: one item.
///
/// Three words, so that `any Decoder` holds it without an allocation.
struct ItemDecoder {
    let session: DecodingSession
    let offset: Int
    let path: CodingPath?

    /// Refuses items deeper than any that is valid.
    func checkDepth() throws {
        guard path.count > CBORLimit.depthMaximum else { return }
        throw DecodingError.dataCorrupted(
            .init(
                codingPath: path.keys,
                debugDescription:
                    "expected at most \(CBORLimit.depthMaximum) nested arrays and maps, found more"
            ))
    }

    /// Runs a read and gives its error the form of `Codable`.
    func reading<Result>(
        as type: Any.Type, _ body: (inout CBORReader) throws -> Result
    ) throws -> Result {
        do {
            var reader = try session.reader(at: offset)
            return try body(&reader)
        } catch {
            throw session.failure(error, for: type, at: path)
        }
    }
}

// One generic method meets the requirements of `Codable` for all types.

extension ItemDecoder: Decoder, SingleValueDecodingContainer {
    var codingPath: [any CodingKey] { path.keys }

    var userInfo: [CodingUserInfoKey: Any] { session.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let entries = try reading(as: [CBORMapEntry].self) { try $0.readIndex() }
        return KeyedDecodingContainer(KeyedDecoding(map: self, entries: entries))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try reading(as: [CBORValue].self) { reader in
            let count = try reader.readArrayHeader()
            return UnkeyedDecoding(array: self, elements: count, offset: reader.offset)
        }
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    func decodeNil() -> Bool {
        (try? session.isNil(at: offset)) ?? false
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        var reader = try session.reader(at: offset)
        return try session.decode(type, from: &reader, path: path)
    }
}
