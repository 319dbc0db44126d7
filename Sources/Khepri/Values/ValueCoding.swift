import CBOR
import KhepriTree

/// Swift values to payloads and back.
enum ValueCoding {
    /// Encodes a value; a ``Payload`` is taken as it is.
    static func payload<Value: Encodable & Sendable>(
        of value: Value, at path: TreePath, limit: Int
    ) throws -> Payload {
        let payload: Payload
        if let encoded = value as? Payload {
            payload = encoded
        } else {
            do {
                payload = Payload(validated: try CBOREncoder().encode(value))
            } catch {
                throw StoreError(
                    .valueCoding, "cannot encode a \(Value.self): \(error)", path: path,
                    cause: error)
            }
        }
        guard payload.bytes.count <= limit else {
            throw StoreError(
                .valueCoding,
                "expected a value of at most \(limit) bytes, found \(payload.bytes.count); "
                    + "valueBytesMaximum sets the limit",
                path: path)
        }
        return payload
    }

    /// The pattern that only this payload matches.
    ///
    /// A pattern of a map matches maps with more members too, so no other member may be there.
    static func pattern(of payload: Payload) throws -> PayloadPattern {
        .exactly(try CBORValue(decoding: payload.bytes))
    }

    /// Decodes the payload of a node, nil if it has none.
    static func value<Value: Decodable & Sendable>(
        of node: TreeNode, at path: TreePath, as type: Value.Type
    ) throws -> Value? {
        guard node.hasPayload else { return nil }
        if type == Payload.self { return node.payload as? Value }
        let result: Result<Value, any Error>? = node.withPayload { bytes in
            bytes.map { bytes in Result { try decode(bytes, at: path, as: type) } }
        }
        return try result?.get()
    }

    /// Decodes a payload.
    static func value<Value: Decodable & Sendable>(
        of payload: Payload, at path: TreePath, as type: Value.Type
    ) throws -> Value {
        try payload.bytes.withUnsafeBytes { try decode($0, at: path, as: type) }
    }

    private static func decode<Value: Decodable>(
        _ bytes: UnsafeRawBufferPointer, at path: TreePath, as type: Value.Type
    ) throws -> Value {
        do {
            return try CBORDecoder().decode(type, fromValidated: bytes)
        } catch {
            throw StoreError(
                .valueCoding, "expected a \(type): \(error)", path: path, cause: error)
        }
    }
}
