import CBOR
import NIOCore

/// The object in the body of a request, with nothing in it that is not expected.
struct JSONMembers {
    private let object: JSONValue

    /// Reads a body; an empty one is an empty object.
    ///
    /// - Throws: `CBORError` for what is no JSON, ``RequestError`` for another value or name.
    init(_ body: ByteBuffer, allowed: [CBORText]) throws {
        guard body.readableBytes > 0 else {
            object = .object([])
            return
        }
        object = try body.withUnsafeReadableBytes { try JSONParser.value(of: $0) }
        guard case .object(let members) = object else {
            throw RequestError(.invalidRequest, "expected a JSON object")
        }
        for member in members where !allowed.contains(member.key) {
            let names = allowed.map(\.string).joined(separator: ", ")
            throw RequestError(
                .invalidRequest, "expected no members but \(names), found \(member.key.string)")
        }
    }

    func text(_ name: CBORText) throws -> String {
        guard let text = try optionalText(name) else {
            throw RequestError(.invalidRequest, "expected a string \(name.string)")
        }
        return text
    }

    func optionalText(_ name: CBORText) throws -> String? {
        switch object[name] {
        case nil: return nil
        case .string(let text)?: return text.string
        default: throw RequestError(.invalidRequest, "expected a string as \(name.string)")
        }
    }

    func boolean(_ name: CBORText) throws -> Bool? {
        switch object[name] {
        case nil: return nil
        case .boolean(let value)?: return value
        default: throw RequestError(.invalidRequest, "expected true or false as \(name.string)")
        }
    }

    func integer(_ name: CBORText) throws -> Int? {
        switch object[name] {
        case nil: return nil
        case .unsigned(let value)? where value <= UInt64(Int32.max): return Int(value)
        case .negative(let value)? where value >= Int64(Int32.min): return Int(value)
        default:
            throw RequestError(.invalidRequest, "expected a whole number as \(name.string)")
        }
    }
}
