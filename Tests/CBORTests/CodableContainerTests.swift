import CBOR
import Testing

@Suite("Codable containers") struct CodableContainerTests {
    struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ string: String) { stringValue = string }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// Opens every kind of container, several at a time, and reads them in another order.
    struct Interleaved: Codable, Equatable {
        init() {}

        func encode(to encoder: any Encoder) throws {
            var map = encoder.container(keyedBy: AnyKey.self)
            var list = map.nestedUnkeyedContainer(forKey: AnyKey("list"))
            var inner = map.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("inner"))
            try list.encode(1)
            try inner.encode("x", forKey: AnyKey("b"))
            var deep = list.nestedContainer(keyedBy: AnyKey.self)
            try map.encodeNil(forKey: AnyKey("nil"))
            try deep.encode(2.5, forKey: AnyKey("d"))
            var flat = list.nestedUnkeyedContainer()
            try list.encodeNil()
            try flat.encode(true)
            try inner.encode([UInt8](), forKey: AnyKey("a"))
            try [3].encode(to: list.superEncoder())
            try "s".encode(to: map.superEncoder())
            try "t".encode(to: map.superEncoder(forKey: AnyKey("t")))
            #expect(list.count == 5)
            #expect(flat.codingPath.map(\.stringValue) == ["list", "Index 2"])
        }

        init(from decoder: any Decoder) throws {
            let map = try decoder.container(keyedBy: AnyKey.self)
            let keys = map.allKeys.map(\.stringValue)
            #expect(keys == ["t", "nil", "list", "inner", "super"])
            #expect(map.contains(AnyKey("nil")))
            #expect(!map.contains(AnyKey("no")))
            #expect(try map.decodeNil(forKey: AnyKey("nil")))
            #expect(try !map.decodeNil(forKey: AnyKey("t")))
            #expect(try String(from: map.superDecoder()) == "s")
            #expect(try String(from: map.superDecoder(forKey: AnyKey("t"))) == "t")
            let inner = try map.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("inner"))
            #expect(try inner.decode(String.self, forKey: AnyKey("b")) == "x")
            #expect(try inner.decodeIfPresent(Int.self, forKey: AnyKey("none")) == nil)
            #expect(try map.decodeIfPresent(Int.self, forKey: AnyKey("nil")) == nil)
            try Self.checkList(map.nestedUnkeyedContainer(forKey: AnyKey("list")))
        }

        private static func checkList(_ container: any UnkeyedDecodingContainer) throws {
            var list = container
            #expect(list.count == 5)
            try #expect(!list.decodeNil())
            try #expect(list.decode(Int.self) == 1)
            let deep = try list.nestedContainer(keyedBy: AnyKey.self)
            #expect(try deep.decode(Double.self, forKey: AnyKey("d")) == 2.5)
            var flat = try list.nestedUnkeyedContainer()
            try #expect(flat.decode(Bool.self))
            #expect(flat.isAtEnd)
            try #expect(list.decodeNil())
            #expect(list.currentIndex == 4)
            try #expect([Int](from: list.superDecoder()) == [3])
            #expect(list.isAtEnd)
            #expect(throws: DecodingError.self) { try list.decode(Int.self) }
            #expect(throws: DecodingError.self) { try list.decodeNil() }
            try #expect(list.decodeIfPresent(Int.self) == nil)
        }
    }

    @Test func `containers may be open at the same time`() throws {
        let again = try roundTrip(
            Interleaved(),
            #"{"t":"t","nil":null,"list":[1,{"d":2.5},[true],null,[3]],"#
                + #""inner":{"a":{"$bytes":""},"b":"x"},"super":"s"}"#)
        #expect(again == Interleaved())
    }

    class Base: Codable {
        var id = 1
        init() {}
    }

    final class Derived: Base {
        var name = "d"
        override init() { super.init() }
        private enum CodingKeys: CodingKey { case name }
        override func encode(to encoder: any Encoder) throws {
            var map = encoder.container(keyedBy: CodingKeys.self)
            try map.encode(name, forKey: .name)
            try super.encode(to: map.superEncoder())
        }
        required init(from decoder: any Decoder) throws {
            let map = try decoder.container(keyedBy: CodingKeys.self)
            name = try map.decode(String.self, forKey: .name)
            try super.init(from: map.superDecoder())
        }
    }

    @Test func `a class encodes its superclass`() throws {
        let value = Derived()
        value.id = 7
        let again = try roundTrip(value, #"{"name":"d","super":{"id":7}}"#)
        #expect(again.id == 7)
    }

    /// Encodes with a closure.
    struct Custom: Encodable {
        var body: (any Encoder) throws -> Void
        func encode(to encoder: any Encoder) throws { try body(encoder) }
    }

    private func json(_ body: @escaping (any Encoder) throws -> Void) throws -> String {
        try JSONPrinter.text(of: CBOREncoder().encode(Custom(body: body)))
    }

    @Test func `a nested container that is opened again goes on`() throws {
        let text = try json { encoder in
            for key in ["a", "b"] {
                var map = encoder.container(keyedBy: AnyKey.self)
                var inner = map.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("inner"))
                try inner.encode(1, forKey: AnyKey(key))
            }
        }
        #expect(text == #"{"inner":{"a":1,"b":1}}"#)
    }

    @Test func `the last of several values of a key stays`() throws {
        let text = try json { encoder in
            var map = encoder.container(keyedBy: AnyKey.self)
            for value in 1...3 {
                try map.encode(value, forKey: AnyKey("a"))
                try map.encode(-value, forKey: AnyKey("b"))
            }
        }
        #expect(text == #"{"a":3,"b":-3}"#)
    }

    @Test func `an element that failed is not there`() throws {
        let text = try json { encoder in
            var list = encoder.unkeyedContainer()
            try list.encode(1)
            _ = try? list.encode(Custom { _ in throw CancellationError() })
            try list.encode(2)
        }
        #expect(text == "[1,2]")
    }

    @Test func `a second value or another container is an error`() {
        #expect(throws: EncodingError.self) {
            try json { encoder in
                var single = encoder.singleValueContainer()
                try single.encode(1)
                try single.encode(2)
            }
        }
        #expect(throws: EncodingError.self) {
            try json { encoder in
                var list = encoder.unkeyedContainer()
                try list.encode(1)
                var map = encoder.container(keyedBy: AnyKey.self)
                try map.encode(1, forKey: AnyKey("a"))
            }
        }
        #expect(throws: EncodingError.self) {
            try json { encoder in
                _ = encoder.unkeyedContainer()
                var single = encoder.singleValueContainer()
                try single.encodeNil()
            }
        }
    }

    @Test func `a decoder that outlives its call throws`() throws {
        final class Thief: Decodable {
            let decoder: any Decoder
            let map: KeyedDecodingContainer<AnyKey>
            init(from decoder: any Decoder) throws {
                self.decoder = decoder
                map = try decoder.container(keyedBy: AnyKey.self)
            }
        }
        let thief = try CBORDecoder().decode(Thief.self, from: bytes("a1616101"))
        #expect(!thief.map.contains(AnyKey("a")))
        #expect(thief.map.allKeys.map(\.stringValue) == [""])
        #expect(throws: (any Error).self) { try thief.map.decode(Int.self, forKey: AnyKey("a")) }
        #expect(throws: (any Error).self) { try thief.map.decode(Int.self, forKey: AnyKey("")) }
        #expect(throws: (any Error).self) { try thief.decoder.unkeyedContainer() }
        #expect(throws: (any Error).self) { try [String: Int](from: thief.decoder) }
    }
}
