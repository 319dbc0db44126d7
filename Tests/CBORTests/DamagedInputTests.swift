import CBOR
import TestSupport
import Testing

/// No bytes whatever make a reader trap, and nothing but the one encoding of a value is accepted.
@Suite("Damaged input") struct DamagedInputTests {
    struct Record: Codable {
        var name: String?
        var list: [Int]?
        var table: [String: Double]?
        var inner: [Record]?
        var flag: Bool?
        var data: [UInt8]?
    }

    private let corpus: [[UInt8]]

    init() throws {
        var chance = TestRandom(for: "damage")
        let record = Record(
            name: "oak", list: [1, -300], table: ["a": 1.5, "é": .infinity],
            inner: [Record(flag: true), Record(data: [1, 2])], flag: false, data: [])
        let text = CBORText(String(repeating: "x", count: 300))
        let numbers = (0..<30).map { CBORValue($0) }
        let longer = CBORValue.array([.text(text), 70_000, .unsigned(.max)] + numbers)
        let random = try (0..<50).map { _ in try chance.value().encoded() }
        corpus = try [CBOREncoder().encode(record), longer.encoded()] + random
    }

    /// Runs every reader over the bytes; those that accept them must agree on their meaning.
    private func check(_ damaged: [UInt8]) {
        let isValid = cborError { try CBORValidator.validate(damaged) } == nil
        let value = try? CBORValue(decoding: damaged)
        #expect((value != nil) == isValid)
        if let value { #expect(ReferenceEncoder.encode(value) == damaged) }
        #expect(((try? JSONPrinter.text(of: damaged)) != nil) == isValid)
        _ = try? CBORDecoder().decode(Record.self, from: damaged)
        damaged.withUnsafeBytes { buffer in
            _ = try? CBORDecoder().decode(Record.self, fromValidated: buffer)
            _ = try? CBORDecoder().decode([String: [Int]].self, fromValidated: buffer)
            _ = try? CBORDecoder().decode([CBORValue?].self, fromValidated: buffer)
            var reader = CBORReader(buffer)
            while !reader.isAtEnd, (try? reader.skip()) != nil {}
            reader = CBORReader(buffer)
            _ = try? reader.readValue()
        }
    }

    @Test func `every truncation is an error`() {
        for encoded in corpus {
            for length in 0..<encoded.count {
                let truncated = Array(encoded[..<length])
                #expect(throws: CBORError.self) { try CBORValidator.validate(truncated) }
                check(truncated)
            }
        }
    }

    @Test func `every flipped bit is an error or another value's encoding`() {
        for encoded in corpus {
            for bit in 0..<(min(encoded.count, 120) * 8) {
                var flipped = encoded
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                check(flipped)
            }
        }
    }

    @Test func `random bytes are an error or a value's encoding`() {
        var chance = TestRandom(for: "random bytes")
        for _ in 0..<4_000 {
            let length = Int(chance.next() % 12)
            check((0..<length).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
        }
    }

    @Test func `every byte appended is an error`() {
        for encoded in corpus.prefix(20) {
            expectError(.trailingBytes) { try CBORValidator.validate(encoded + [0]) }
        }
    }

    @Test func `damaged JSON is an error or JSON`() throws {
        for encoded in corpus.prefix(20) {
            let text = Array(try JSONPrinter.text(of: encoded, style: .pretty).utf8)
            for index in 0..<min(text.count, 200) {
                _ = try? JSONParser.cbor(from: Array(text[..<index]))
                for flip in [1, 2, 4, 8, 16, 32, 64, 128] as [UInt8] {
                    var flipped = text
                    flipped[index] ^= flip
                    guard let cbor = try? JSONParser.cbor(from: flipped) else { continue }
                    let again = try JSONParser.cbor(from: JSONPrinter.text(of: cbor))
                    #expect(again == cbor)
                }
            }
        }
    }
}
