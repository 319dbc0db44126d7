import CBOR
import Testing

@Suite("Codable errors") struct CodableErrorTests {
    struct Outer: Codable {
        struct Inner: Codable { var numbers: [Int8] }
        var inner: [Inner]
    }

    /// The decoding error and its path when a type is decoded from the data of JSON.
    private func failure<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> String {
        let cbor = try JSONParser.cbor(from: json)
        do {
            _ = try CBORDecoder().decode(type, from: cbor)
            return "none"
        } catch let error as DecodingError {
            let (name, context) =
                switch error {
                case .typeMismatch(let type, let context): ("typeMismatch \(type)", context)
                case .valueNotFound(let type, let context): ("valueNotFound \(type)", context)
                case .keyNotFound(let key, let context):
                    ("keyNotFound \(key.stringValue)", context)
                case .dataCorrupted(let context): ("dataCorrupted", context)
                @unknown default: fatalError("another case")
                }
            return ([name] + context.codingPath.map(\.stringValue)).joined(separator: "/")
        }
    }

    @Test func `an error names the place`() throws {
        let path = "/inner/Index 1/numbers/Index 0"
        #expect(
            try failure(Outer.self, #"{"inner":[{"numbers":[]},{"numbers":[300]}]}"#)
                == "dataCorrupted" + path)
        #expect(
            try failure(Outer.self, #"{"inner":[{"numbers":[]},{"numbers":["x"]}]}"#)
                == "typeMismatch Int8" + path)
        #expect(
            try failure(Outer.self, #"{"inner":[{"numbers":[]},{"numbers":[null]}]}"#)
                == "valueNotFound Int8" + path)
        #expect(
            try failure(Outer.self, #"{"inner":[{"numbers":[]},{"other":[]}]}"#)
                == "keyNotFound numbers/inner/Index 1")
        #expect(try failure(Outer.self, #"{"inner":{}}"#).hasPrefix("typeMismatch"))
        #expect(try failure(Outer.self, "null").hasPrefix("valueNotFound"))
    }

    @Test func `scalars are not converted between kinds`() throws {
        #expect(try failure(Int.self, "1.0") == "typeMismatch Int")
        #expect(try failure(Int.self, "true") == "typeMismatch Int")
        #expect(try failure(Bool.self, "1") == "typeMismatch Bool")
        #expect(try failure(String.self, "1") == "typeMismatch String")
        #expect(try failure(UInt.self, "-1") == "dataCorrupted")
        #expect(try failure([UInt8].self, "[1]") == "typeMismatch Array<UInt8>")
        #expect(try failure(Double.self, #""x""#) == "typeMismatch Double")
        #expect(try failure(Int.self, "null") == "valueNotFound Int")
    }

    @Test func `a floating-point type takes the integers that it can hold`() throws {
        #expect(try failure(Double.self, "9007199254740992") == "none")
        #expect(try failure(Double.self, "9007199254740993") == "dataCorrupted")
        #expect(try failure(Float.self, "-16777216") == "none")
        #expect(try failure(Float.self, "-16777217") == "dataCorrupted")
        #expect(try failure(Float.self, "1e39") == "dataCorrupted")
        #expect(try failure(Float.self, #"{"$double":"Infinity"}"#) == "none")
    }

    @Test func `input that is not deterministic is refused`() {
        let decoder = CBORDecoder()
        expectError(.notDeterministic) {
            _ = try decoder.decode([String: Int].self, from: bytes("a2 6162 00 6161 00"))
        }
        expectError(.duplicateKey) {
            _ = try decoder.decode([String: Int].self, from: bytes("a2 6161 00 6161 00"))
        }
        expectError(.trailingBytes) { _ = try decoder.decode([Int].self, from: bytes("80 00")) }
        expectError(.truncated) { _ = try decoder.decode([Int].self, from: []) }
        #expect(throws: DecodingError.self) { try decoder.decode(Int.self, from: bytes("1800")) }
        #expect(throws: DecodingError.self) { try decoder.decode(Int.self, from: bytes("0000")) }
        #expect(throws: DecodingError.self) { try decoder.decode(Int.self, from: []) }
    }

    @Test func `an integer past 64 bits is refused`() {
        #expect(throws: CBORError.self) { try CBOREncoder().encode(Int128(UInt64.max) + 1) }
        let path = encodingPath(["a": [0, Int128(Int64.min) - 1]])
        #expect(path == ["a", "Index 1"])
    }

    private func encodingPath<Value: Encodable>(_ value: Value) -> [String]? {
        do {
            _ = try CBOREncoder().encode(value)
            return nil
        } catch EncodingError.invalidValue(_, let context) {
            return context.codingPath.map(\.stringValue)
        } catch {
            return nil
        }
    }

    indirect enum Chain: Codable, Equatable {
        case end
        case link([Chain])

        init(depth: Int) {
            self = depth == 0 ? .end : .link([Chain(depth: depth - 1)])
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = container.decodeNil() ? .end : .link(try container.decode([Chain].self))
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .end: try container.encodeNil()
            case .link(let chain): try container.encode(chain)
            }
        }
    }

    @Test func `values of depth 64 are coded and of 65 refused`() throws {
        let deepest = Chain(depth: 64)
        let encoded = try CBOREncoder().encode(deepest)
        #expect(encoded == bytes(String(repeating: "81", count: 64) + "f6"))
        #expect(try CBORDecoder().decode(Chain.self, from: encoded) == deepest)
        #expect(encodingPath(Chain(depth: 65))?.count == 65)
        #expect(encodingPath(Chain(depth: 1000))?.count ?? 0 <= 65)
        let deeper = bytes(String(repeating: "81", count: 5000) + "f6")
        expectError(.tooDeep) { _ = try CBORDecoder().decode(Chain.self, from: deeper) }
        deeper.withUnsafeBytes { buffer in
            _ = #expect(throws: DecodingError.self) {
                try CBORDecoder().decode(Chain.self, fromValidated: buffer)
            }
        }
        #expect(encodingPath([[CBORValue.array([])]]) == nil)
        let wrapped = (0..<63).reduce(CBORValue.array([])) { value, _ in .array([value]) }
        #expect(encodingPath(wrapped) == nil)
        #expect(encodingPath([wrapped]) == ["Index 0"])
    }
}
