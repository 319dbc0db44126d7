import CBOR
import Foundation
import Testing

@Suite("Core deterministic encoding") struct DeterministicEncodingTests {
    private func code(_ hexadecimal: String) -> CBORError.Code? {
        errorCode { try CBORValidator.validate(bytes(hexadecimal)) }
    }

    @Test(arguments: [
        "1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3817", "5800", "5900ff00", "7801 61",
        "9800", "b800", "fa3f800000", "fb3ff0000000000000", "fb47efffffe0000000", "f97e01",
        "f9fe00",
    ])
    func `a longer form than needed is refused`(_ hexadecimal: String) {
        #expect(code(hexadecimal) == .notDeterministic || code(hexadecimal) == .truncated)
        #expect(code(hexadecimal) != nil)
    }

    @Test func `keys are in order of length and then of bytes`() {
        #expect(code("a2 6162 f6 626161 f6") == nil)
        #expect(code("a2 626161 f6 6162 f6") == .notDeterministic)
        #expect(code("a2 6161 f6 6162 f6") == nil)
        #expect(code("a2 6162 f6 6161 f6") == .notDeterministic)
        #expect(code("a2 6a61616161616161616162 f6 6a61616161616161616161 f6") == .notDeterministic)
    }

    @Test func `a key twice is refused at any depth`() {
        #expect(code("a2 6161 01 6161 02") == .duplicateKey)
        #expect(code("81 a1 6161 a2 60 01 60 01") == .duplicateKey)
        let value: CBORValue = ["a": ["b": 1, "c": 2, "b": 3]]
        expectError(.duplicateKey) { _ = try value.encoded() }
    }

    @Test func `keys that Swift finds equal are distinct`() throws {
        let value: CBORValue = ["\u{e9}": 1, "e\u{301}": 2]
        let decoded = try CBORValue(decoding: try value.encoded())
        #expect(decoded["\u{e9}"] == 1)
        #expect(decoded["e\u{301}"] == 2)
    }

    @Test(arguments: [
        "6180", "61c0", "62c080", "62c1bf", "61c3", "62c341", "63e08080", "63eda080", "63edbfbf",
        "63e28241", "62e282", "64f0808080", "64f4908080", "64f5808080", "63f09080", "61ff", "61fe",
        "6a41414141414141414180",
    ])
    func `text that is not UTF-8 is refused`(_ hexadecimal: String) {
        let encoded = bytes(hexadecimal)
        expectError(.invalidText) { try CBORValidator.validate(encoded) }
        #expect(throws: DecodingError.self) { try CBORDecoder().decode(String.self, from: encoded) }
        #expect(code("a1" + hexadecimal + "00") == .invalidText)
    }

    @Test func `nesting of 64 is allowed and of 65 refused`() throws {
        for prefix in ["81", "a160"] {
            let deep = bytes(String(repeating: prefix, count: 64) + "00")
            let deeper = bytes(String(repeating: prefix, count: 65) + "00")
            let value = try CBORValue(decoding: deep)
            #expect(try value.encoded() == deep)
            #expect(try JSONParser.cbor(from: JSONPrinter.text(of: deep)) == deep)
            expectError(.tooDeep) { try CBORValidator.validate(deeper) }
            expectError(.tooDeep) { _ = try CBORValue(decoding: deeper) }
            expectError(.tooDeep) { _ = try CBORValue.array([value]).encoded() }
        }
    }

    @Test func `the deepest value with a wrapper at every level passes through JSON`() throws {
        let dollar = String(repeating: "a16124", count: 64)
        for leaf in ["f97e00", "4101", "00"] {
            let deep = bytes(dollar + leaf)
            #expect(try JSONParser.cbor(from: JSONPrinter.text(of: deep)) == deep)
        }
    }

    @Test func `the deepest values need no more than a small thread's stack`() async throws {
        let dollar = bytes(String(repeating: "a16124", count: 64) + "f97e00")
        let brackets = String(repeating: "[", count: 192) + String(repeating: "]", count: 192)
        let isDone = await withCheckedContinuation { continuation in
            let thread = Thread {
                let text = try? JSONPrinter.text(of: dollar)
                let again = text.flatMap { try? JSONParser.cbor(from: $0) }
                let value = try? CBORDecoder().decode(CBORValue.self, from: dollar)
                let deepest = try? JSONParser.value(of: brackets)
                let isSame = again == dollar && (try? value?.encoded()) == dollar
                continuation.resume(returning: isSame && deepest != nil)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        #expect(isDone)
    }

    @Test func `a million open arrays are refused without recursion`() {
        let hostile = [UInt8](repeating: 0x81, count: 1_000_000)
        expectError(.tooDeep) { try CBORValidator.validate(hostile) }
        hostile.withUnsafeBytes { buffer in
            var reader = CBORReader(buffer)
            expectError(.truncated) { try reader.skip() }
            #expect(reader.offset == 0)
        }
    }

    @Test func `a length or count is refused at once when so many bytes are not there`() {
        for huge in [
            "5bffffffffffffffff", "7b7fffffffffffffff", "9bffffffffffffffff", "bb8000000000000000",
            "9a00000100", "43 0102", "82 00", "a2 6000 60",
        ] {
            #expect([.truncated, .notDeterministic].contains(code(huge)))
        }
        #expect(code("9bffffffffffffffff 00") == .truncated)
    }

    @Test func `a byte limit is inclusive`() throws {
        let encoded = bytes("43010203")
        try CBORValidator.validate(encoded, byteLimit: 4)
        expectError(.tooLarge) { try CBORValidator.validate(encoded, byteLimit: 3) }
    }

    @Test func `no bytes are no item`() {
        expectError(.truncated) { try CBORValidator.validate([]) }
    }

    @Test func `integers reach from -2^63 to 2^64 - 1`() throws {
        #expect(try CBORValue(decoding: bytes("3b7fffffffffffffff")) == .negative(.min))
        #expect(code("3b8000000000000000") == .outOfRange)
        #expect(try CBORValue(decoding: bytes("1bffffffffffffffff")) == .unsigned(.max))
    }

    @Test func `an error says where`() {
        let error = cborError { try CBORValidator.validate(bytes("82 01 c0 00")) }
        #expect(error?.offset == 2)
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("a tag") == true)
    }
}
