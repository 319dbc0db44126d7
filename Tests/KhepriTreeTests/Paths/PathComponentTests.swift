import Foundation
import TestSupport
import Testing

@testable import KhepriTree

@Suite("Names")
struct PathComponentTests {
    /// Names around the borders of the representation: NUL bytes, prefixes, 7, 8, 15 and 16 bytes.
    private static func borderNames() -> [[UInt8]] {
        var names: [[UInt8]] = []
        for length in [1, 2, 6, 7, 8, 9, 13, 14, 15, 16, 17, 31, 254, 255] {
            names.append(Array(repeating: 0, count: length))
            names.append(Array(repeating: 0x61, count: length))
            names.append(Array(repeating: 0x7F, count: length))
            names.append(Array(repeating: 0x61, count: length - 1) + [0])
            names.append(Array(repeating: 0x61, count: length - 1) + [0x7F])
            if length >= 2 {
                names.append(Array(repeating: 0x61, count: length - 2) + [0xC3, 0xA9])
                names.append(Array(repeating: 0x61, count: length - 2) + [0, 0])
            }
        }
        return names
    }

    private static func randomName(using generator: inout TestRandom) -> [UInt8] {
        let alphabet: [Unicode.Scalar] = ["\0", "a", "b", "/", "*", "é", "\u{7F}", "木", "🪵"]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            text.append(alphabet.randomElement(using: &generator) ?? "a")
        }
        return Array(String(text).utf8)
    }

    private static func checkAgainstBytes(_ left: [UInt8], _ right: [UInt8]) throws {
        let leftName = try PathComponent(utf8: left)
        let rightName = try PathComponent(utf8: right)
        #expect((leftName == rightName) == (left == right), "\(left) \(right)")
        #expect(
            (leftName < rightName) == left.lexicographicallyPrecedes(right), "\(left) \(right)")
        if left == right { #expect(leftName.hashValue == rightName.hashValue) }
    }

    @Test func `order and equality of names at the borders are those of their bytes`() throws {
        let names = Self.borderNames()
        for left in names {
            for right in names { try Self.checkAgainstBytes(left, right) }
        }
    }

    @Test func `order and equality of random names are those of their bytes`() throws {
        var generator = TestRandom(for: "names")
        for _ in 0..<10_000 {
            let left = Self.randomName(using: &generator)
            let right = generator.chance(10) ? left : Self.randomName(using: &generator)
            try Self.checkAgainstBytes(left, right)
        }
    }

    @Test func `a name gives its bytes back`() throws {
        for bytes in Self.borderNames() {
            let name = try PathComponent(utf8: bytes)
            #expect(name.withUTF8 { Array($0) } == bytes)
            #expect(name.utf8Count == bytes.count)
            #expect(Array(name.string.utf8) == bytes)
            #expect(Array(name.description.utf8) == bytes)
        }
    }

    @Test func `canonically equivalent names are different`() {
        let composed = PathComponent("\u{E9}")
        let decomposed = PathComponent("e\u{301}")
        #expect("\u{E9}" == "e\u{301}")
        #expect(composed != decomposed)
        #expect(decomposed < composed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test func `a name has 1 to 255 bytes`() throws {
        #expect(try PathComponent(String(repeating: "x", count: 255)).utf8Count == 255)
        #expect(code { try PathComponent("" as Substring) } == .emptyName)
        #expect(code { try PathComponent(String(repeating: "x", count: 256)) } == .nameTooLong)
        #expect(code { try PathComponent(String(repeating: "é", count: 128)) } == .nameTooLong)
        #expect(code { try PathComponent(utf8: [UInt8]()) } == .emptyName)
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0x61, 0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80],
            Array(repeating: 0x61, count: 20) + [0xE9],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are refused`(bytes: [UInt8]) {
        #expect(code { try PathComponent(utf8: bytes) } == .invalidUTF8)
    }

    @Test func `names are coded as strings`() throws {
        let names: [PathComponent] = ["wood", "a/b", "\0", "*", "..", "木"]
        let data = try JSONEncoder().encode(names)
        #expect(try JSONDecoder().decode([PathComponent].self, from: data) == names)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([PathComponent].self, from: Data(#"[""]"#.utf8))
        }
    }

    @Test func `an empty literal traps`() async {
        await #expect(processExitsWith: .failure) { _ = ("" as PathComponent) }
    }
}

/// The code of the path error that the body throws, nil when it throws none.
func code(_ body: () throws -> some Any) -> PathError.Code? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? PathError)?.code
    }
}
