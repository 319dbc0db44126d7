import CBOR
import TestSupport
import Testing

@Suite("Round trips of random values") struct RandomRoundTripTests {
    @Test func `a value is encoded as the reference encodes it and decoded as it was`() throws {
        var chance = TestRandom(for: "values")
        for _ in 0..<5_000 {
            let value = chance.value()
            let encoded = try value.encoded()
            #expect(encoded == ReferenceEncoder.encode(value))
            let decoded = try CBORValue(decoding: encoded)
            #expect(decoded == value)
            #expect(decoded.hashValue == value.hashValue)
        }
    }

    @Test func `CBOR to JSON to CBOR gives the same bytes, compact and pretty`() throws {
        var chance = TestRandom(for: "JSON")
        for _ in 0..<5_000 {
            let encoded = try chance.value().encoded()
            for style in [JSONPrinter.Style.compact, .pretty] {
                let text = try JSONPrinter.text(of: encoded, style: style)
                let again = try JSONParser.cbor(from: text)
                #expect(again == encoded, "\(text)")
            }
        }
    }

    @Test func `JSON without a meaning for the dollar sign is printed as it was parsed`() throws {
        var chance = TestRandom(for: "JSON values")
        for _ in 0..<5_000 {
            let text = try JSONPrinter.text(of: try chance.value().encoded())
            var printer = JSONPrinter()
            printer.writeValue(try JSONParser.value(of: text))
            #expect(printer.finish() == text)
        }
    }

    @Test func `every half-precision number has its form and every other bit pattern a longer one`()
        throws
    {
        for bits in UInt16.min ... .max {
            let encoded = [0xF9, UInt8(bits >> 8), UInt8(bits & 0xFF)]
            let isNaN = bits & 0x7FFF > 0x7C00
            guard !isNaN || bits == 0x7E00 else {
                expectError(.notDeterministic) { try CBORValidator.validate(encoded) }
                continue
            }
            let value = try CBORValue(decoding: encoded)
            #expect(ReferenceEncoder.encode(value) == encoded)
            #expect(try value.encoded() == encoded)
        }
    }

    @Test func `doubles survive JSON with every bit`() throws {
        var chance = TestRandom(for: "doubles")
        for _ in 0..<20_000 {
            let value = Double(bitPattern: chance.next())
            guard value.isFinite else { continue }
            var printer = JSONPrinter()
            printer.writeDouble(value)
            let text = printer.finish()
            #expect(text.contains(".") || text.contains("e"))
            #expect(try JSONParser.value(of: text) == .double(value))
        }
    }
}
