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
                    .valueCoding, "cannot write the \(Value.self): \(CodingFault.text(of: error))",
                    path: path,
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

    /// The pattern of the payloads that equal this one; a pattern of a map matches maps with more members, too.
    static func pattern(of payload: Payload) throws -> PayloadPattern {
        .compared(.eq, try CBORValue(decoding: payload.bytes))
    }

    /// Decodes a payload; a ``Payload`` gets its bytes as they are.
    static func value<Value: Decodable>(
        of bytes: UnsafeRawBufferPointer, at path: TreePath, as type: Value.Type = Value.self
    ) throws -> Value {
        if type == Payload.self {
            return unsafeBitCast(Payload(validated: Array(bytes)), to: Value.self)
        }
        do {
            return try CBORDecoder().decode(type, fromValidated: bytes)
        } catch {
            throw StoreError(
                .valueCoding, "the value is no \(type): \(CodingFault.text(of: error))", path: path,
                cause: error)
        }
    }
}
