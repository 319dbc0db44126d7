import KhepriTree
import TestSupport
import Testing

extension NamePattern {
    /// Whether a name given as text matches.
    func matches(_ name: String) -> Bool {
        Array(name.utf8).withUnsafeBytes { matches(name: $0) }
    }
}

@Suite("Name patterns") struct NamePatternTests {
    @Test(arguments: [
        ("a", ["a", "xax"], ["", "b"]),
        ("^a", ["a", "ab"], ["ba", ""]),
        ("b$", ["b", "ab"], ["ba"]),
        ("^ab$", ["ab"], ["abc", "cab", "a"]),
        ("^.$", ["a", "水", "😀", "é"], ["", "ab", "\n", "e\u{301}"]),
        ("[^a]", ["b", "ab", "\n"], ["a", "aa", ""]),
        ("\\.", ["a.b"], ["ab"]),
        ("a?b", ["ab", "b", "xb"], ["a"]),
        ("(ab|c)+", ["ab", "c", "xabcab"], ["a", "b"]),
        ("^(a|c)$", ["a", "c"], ["b", "ac"]),
        ("^[a-c]{1,2}$", ["a", "bc"], ["", "abc", "d"]),
        ("^a.*$", ["a", "abc"], ["ba", "a\n"]),
        ("", ["", "a"], []),
        ("^$", [""], ["a"]),
        ("a|", ["", "b"], []),
        ("()", ["", "b"], []),
        ("^a{0}$", [""], ["a"]),
        ("^(a{2}){2}$", ["aaaa"], ["aa", "aaa", "aaaaa"]),
        ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
        ("^\\d\\D\\w\\W\\s\\S$", ["1a_-\ta"], ["aa_-\ta", "1a_-aa"]),
        ("^[\\d-]+$", ["1-2"], ["1a"]),
        ("^[]a]+$", ["]a"], ["["]),
        ("^[^]a]+$", ["b["], ["]", "a"]),
        ("^[a\\-c]+$", ["a-c"], ["b"]),
        ("^[a-c-e]+$", ["abc-e"], ["d"]),
        ("^[\\]\\\\]+$", ["]\\"], ["a"]),
        ("^\\x41\\x{1F600}\\x{e9}$", ["A😀é"], ["A"]),
        ("^[à-ü]$", ["é"], ["e", "þ", "水"]),
        ("^[^à-ü]$", ["e", "þ", "水"], ["é"]),
        ("]}", ["a]}b"], ["]"]),
        ("x^", [], ["x", "x^"]),
        ("(^a|b$)", ["ax", "xb"], ["xax", "bx"]),
        ("^*a", ["ba"], ["b"]),
        ("(a*)*$", ["", "b"], []),
        ("(a|b|)+c", ["c", "abc"], ["ab"]),
    ])
    func `regular expressions are searched in the name`(
        text: String, matching: [String], other: [String]
    ) throws {
        let pattern = try NamePattern(regularExpression: text)
        for name in matching { #expect(pattern.matches(name), "\(text) on \(name)") }
        for name in other { #expect(!pattern.matches(name), "\(text) on \(name)") }
    }

    @Test(arguments: [
        ("*", ["", "a", "a\nb"], []),
        ("a*", ["a", "abc"], ["ba", ""]),
        ("*a", ["a", "ba"], ["ab"]),
        ("a*a", ["aa", "aba"], ["a", "ab"]),
        ("*ab*", ["ab", "xxabyy", "aab"], ["a", "b", "ba"]),
        ("a*b*c", ["abc", "axbxc", "abcbc"], ["acb", "ab", "ac"]),
        ("ab*ba", ["abba", "abxba"], ["aba"]),
        ("***", ["", "a"], []),
        ("a.b*", ["a.b", "a.bc"], ["axb"]),
        ("[a]?", ["[a]?"], ["a"]),
        ("é*", ["éa"], ["e\u{301}a"]),
        ("*aab*", ["aaab"], ["aaa"]),
        ("", [""], ["a"]),
    ])
    func `globs cover the whole name and know only the star`(
        text: String, matching: [String], other: [String]
    ) throws {
        let pattern = try NamePattern(glob: text)
        for name in matching { #expect(pattern.matches(name), "\(text) on \(name)") }
        for name in other { #expect(!pattern.matches(name), "\(text) on \(name)") }
    }

    @Test func `equality looks at the kind and the bytes of the text`() throws {
        let composed = try NamePattern(glob: "\u{E9}")
        let decomposed = try NamePattern(glob: "e\u{301}")
        #expect(composed != decomposed)
        #expect(try composed == NamePattern(glob: "\u{E9}"))
        #expect(try composed != NamePattern(regularExpression: "\u{E9}"))
        #expect(try Set([composed, decomposed, NamePattern(glob: "\u{E9}")]).count == 2)
    }

    @Test func `bytes that are no UTF-8 count as one replacement character each`() throws {
        let replacement = try NamePattern(regularExpression: "^\\x{FFFD}{3}$")
        let malformed: [[UInt8]] = [
            [0xFF, 0xFE, 0x80], [0xC0, 0x80, 0xC1], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF5, 0x80, 0x80], [0xF0, 0x9F, 0x98],
        ]
        for bytes in malformed {
            #expect(bytes.withUnsafeBytes { replacement.matches(name: $0) }, "\(bytes)")
        }
        let surrogate: [UInt8] = [0xF4, 0x90, 0x80, 0x80]
        #expect(surrogate.withUnsafeBytes { replacement.matches(name: $0) } == false)
    }

    @Test func `random patterns agree with their naive meaning`() throws {
        var generator = TestRandom(for: "random name patterns")
        var matchCount = 0
        for _ in 0..<12_000 {
            let naive = NaiveNameExpression.random(depth: 3, using: &generator)
            guard let pattern = try? NamePattern(regularExpression: naive.text) else {
                Issue.record("\(naive.text) is refused")
                continue
            }
            for _ in 0..<9 {
                let name = NaiveNameExpression.randomName(using: &generator)
                let expected = naive.isFound(in: name)
                matchCount += expected ? 1 : 0
                #expect(
                    pattern.matches(name) == expected, "\(naive.text) on \(name.debugDescription)")
            }
        }
        // Both answers are common, so that agreement means something.
        #expect((20_000...90_000).contains(matchCount))
    }
}
