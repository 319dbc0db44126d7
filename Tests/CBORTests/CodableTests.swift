import CBOR
import Foundation
import Testing

// Types with forms of their own. Those of Foundation have them in another module, which a second
// conformance here would replace in all of the tests.

private struct Moment: Codable, Equatable, CBORRepresentable {
    var name: String

    init(_ name: String) { self.name = name }

    init(cbor value: CBORValue) throws {
        guard let text = value.textValue else { throw FormError.wrongForm }
        name = text
    }

    var cborValue: CBORValue { .text(CBORText(name)) }
}

private struct Blob: Codable, Equatable, CBORRepresentable {
    var bytes: [UInt8]

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    init(cbor value: CBORValue) throws {
        guard let bytes = value.bytesValue else { throw FormError.wrongForm }
        self.bytes = bytes
    }

    var cborValue: CBORValue { .bytes(bytes) }
}

private enum FormError: Error {
    case wrongForm
}

/// Encodes a value, checks the JSON of the encoding and decodes it again.
func roundTrip<Value: Codable>(
    _ value: Value, _ json: String, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Value {
    let encoded = try CBOREncoder().encode(value)
    try CBORValidator.validate(encoded)
    let text = try JSONPrinter.text(of: encoded)
    #expect(text == json, sourceLocation: sourceLocation)
    return try CBORDecoder().decode(Value.self, from: encoded)
}

@Suite("Codable") struct CodableTests {
    private func expectRoundTrip<Value: Codable & Equatable>(
        _ value: Value, _ json: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let again = try roundTrip(value, json, sourceLocation: sourceLocation)
        #expect(again == value, sourceLocation: sourceLocation)
    }

    @Test func `scalars of every type`() throws {
        try expectRoundTrip(true, "true")
        try expectRoundTrip("é\u{0}", #""é\u0000""#)
        try expectRoundTrip(1.5, "1.5")
        try expectRoundTrip(1.0, "1.0")
        try expectRoundTrip(Double.infinity, #"{"$double":"Infinity"}"#)
        try expectRoundTrip(Float(0.1), "0.10000000149011612")
        try expectRoundTrip(Int.min, "-9223372036854775808")
        try expectRoundTrip(Int8.min, "-128")
        try expectRoundTrip(Int16.min, "-32768")
        try expectRoundTrip(Int32.max, "2147483647")
        try expectRoundTrip(Int64.max, "9223372036854775807")
        try expectRoundTrip(Int128(Int64.min), "-9223372036854775808")
        try expectRoundTrip(UInt.max, "18446744073709551615")
        try expectRoundTrip(UInt8.max, "255")
        try expectRoundTrip(UInt16.max, "65535")
        try expectRoundTrip(UInt32.max, "4294967295")
        try expectRoundTrip(UInt64.max, "18446744073709551615")
        try expectRoundTrip(UInt128(UInt64.max), "18446744073709551615")
        try expectRoundTrip([1, 2, 255] as [UInt8], #"{"$bytes":"AQL/"}"#)
        #expect(try roundTrip(Double.nan, #"{"$double":"NaN"}"#).isNaN)
        #expect(try roundTrip(-0.0, "-0.0").sign == .minus)
    }

    @Test func `optionals are the value or null`() throws {
        try expectRoundTrip(Int?.some(5), "5")
        try expectRoundTrip(Int?.none, "null")
        try expectRoundTrip([1, nil, 3] as [Int?], "[1,null,3]")
        try expectRoundTrip([[1], nil] as [[UInt8]?], #"[{"$bytes":"AQ=="},null]"#)
        try expectRoundTrip(["a": nil, "b": "x"] as [String: String?], #"{"a":null,"b":"x"}"#)
    }

    @Test func `dictionaries with text or integer keys are maps`() throws {
        try expectRoundTrip(["bb": 1, "a": 2, "": 3], #"{"":3,"a":2,"bb":1}"#)
        try expectRoundTrip([10: "x", 9: "y", -1: "z"], #"{"9":"y","-1":"z","10":"x"}"#)
        try expectRoundTrip([Int: [String: [Bool]]](), "{}")
        try expectRoundTrip([1: ["a": [true]]], #"{"1":{"a":[true]}}"#)
    }

    @Test func `dictionaries with other keys are arrays of keys and values in turn`() throws {
        try expectRoundTrip([2.5: "x"], #"[2.5,"x"]"#)
        let table: [UInt8: [UInt8]] = [1: [1], 2: [2]]
        let encoded = try CBOREncoder().encode(table)
        #expect(try CBORDecoder().decode([UInt8: [UInt8]].self, from: encoded) == table)
    }

    struct Everything: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var list: [[Double]] = [[1.5], [], [2]]
            var unset: Int?
        }
        enum Choice: Codable, Equatable {
            case plain
            case pair(Int, name: String)
        }
        enum Word: String, Codable { case oak, pine }
        var name = "wood"
        var word = Word.pine
        var data: [UInt8] = [0xFF]
        var choices: [Choice] = [.plain, .pair(1, name: "n")]
        var inner = Inner()
        var inners: [String: Inner] = ["k": Inner(list: [], unset: 4)]
        var set: Set<Int> = [7]
    }

    @Test func `structures, enumerations and sets nest`() throws {
        try expectRoundTrip(
            Everything(),
            #"{"set":[7],"data":{"$bytes":"/w=="},"name":"wood","word":"pine","#
                + #""inner":{"list":[[1.5],[],[2.0]]},"inners":{"k":{"list":[],"unset":4}},"#
                + #""choices":[{"plain":{}},{"pair":{"_0":1,"name":"n"}}]}"#)
        struct Empty: Codable, Equatable {}
        try expectRoundTrip(Empty(), "{}")
        try expectRoundTrip([Empty()], "[{}]")
    }

    @Test func `types with a form of their own have it at any depth`() throws {
        let noon = Moment("noon")
        struct Event: Codable, Equatable {
            var at: Moment
            var until: Moment?
            var log: [Moment?]
            var table: [String: Blob]
        }
        try expectRoundTrip(noon, #""noon""#)
        try expectRoundTrip(Moment?.some(noon), #""noon""#)
        try expectRoundTrip(
            Event(at: noon, until: noon, log: [noon, nil, noon], table: ["a": Blob([1])]),
            #"{"at":"noon","log":["noon",null,"noon"],"table":{"a":{"$bytes":"AQ=="}},"#
                + #""until":"noon"}"#)
        try expectRoundTrip([[Blob()]], #"[[{"$bytes":""}]]"#)
        #expect(throws: FormError.self) {
            try CBORDecoder().decode([Moment].self, from: bytes("8100"))
        }
    }

    @Test func `a value of any kind is taken as it is`() throws {
        struct Envelope: Codable, Equatable {
            var kind: String
            var content: CBORValue
        }
        try expectRoundTrip(["a": [1, 1.0, nil]] as CBORValue, #"{"a":[1,1.0,null]}"#)
        try expectRoundTrip(
            Envelope(kind: "k", content: ["x": .bytes([])]),
            #"{"kind":"k","content":{"x":{"$bytes":""}}}"#)
        let twice: CBORValue = ["a": 1, "a": 2]
        #expect(throws: EncodingError.self) {
            try CBOREncoder().encode(Envelope(kind: "", content: twice))
        }
        #expect(throws: EncodingError.self) { try JSONEncoder().encode([twice]) }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([CBORValue].self, from: Data("[1]".utf8))
        }
    }

    @Test func `values written as JSON by hand are read`() throws {
        struct Stock: Codable, Equatable {
            var price: Double
            var weight: Float
        }
        let cbor = try JSONParser.cbor(from: #"{"price":12,"weight":0.1,"unknown":[{"a":1}]}"#)
        let stock = try CBORDecoder().decode(Stock.self, from: cbor)
        #expect(stock == Stock(price: 12, weight: 0.1))
    }

    @Test func `what the coders are told can be looked up`() throws {
        struct Reader: Codable, Equatable {
            static let key = CodingUserInfoKey(rawValue: "key")
            init() {}
            init(from decoder: any Decoder) throws {
                let found = Reader.key.flatMap { decoder.userInfo[$0] } as? Int
                guard found == 5 else { throw FormError.wrongForm }
            }
            func encode(to encoder: any Encoder) throws {
                let found = Reader.key.flatMap { encoder.userInfo[$0] } as? Int
                guard found == 5 else { throw FormError.wrongForm }
            }
        }
        var encoder = CBOREncoder()
        var decoder = CBORDecoder()
        let key = try #require(Reader.key)
        #expect(throws: FormError.self) { try encoder.encode(Reader()) }
        encoder.userInfo[key] = 5
        decoder.userInfo[key] = 5
        #expect(try decoder.decode([Reader].self, from: encoder.encode([Reader()])) == [Reader()])
    }
}
