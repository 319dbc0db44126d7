import TestSupport
@testable import KhepriTree
import Testing

@Suite("Limits of name patterns") struct NamePatternLimitTests {
    @Test(arguments: [
        ("a)", 1), ("(a", 0), ("x(?:a", 1), ("((a)", 0), ("a|)", 2),
        ("*", 0), ("a|*", 2), ("(+a)", 1), ("?", 0), ("é{2}{", 5), ("{2}", 0),
        ("a**", 2), ("a+?", 2), ("a*+", 2), ("a??", 2), ("a{2}{3}", 4), ("a{2}?", 4),
        ("a{", 1), ("a{}", 1), ("a{,3}", 1), ("a{3", 1), ("a{x}", 1), ("a{3,2}", 1), ("a{3,x}", 1),
        ("a{1001}", 2), ("a{1,99999999999999999999}", 4),
        ("[a", 0), ("x[", 1), ("[]", 0), ("[^]", 0), ("[a-", 0), ("[b-a]", 1), ("[a-\\d]", 3),
        ("[[:alpha:]]", 1), ("a[x[.a.]]", 3), ("[[=a=]]", 1), ("[\\", 1), ("[\\q]", 1),
        ("\\", 0), ("ab\\", 2), ("\\1", 0), ("(a)\\1", 3), ("\\b", 0), ("\\B", 0), ("\\A", 0),
        ("\\z", 0), ("\\pL", 0), ("\\p{L}", 0), ("\\Qa\\E", 0), ("\\é", 0), ("é\\k", 2),
        ("\\x", 0), ("\\x4", 0), ("\\x4g", 0), ("\\x{}", 0), ("\\x{41", 0), ("\\x{110000}", 0),
        ("\\x{D800}", 0), ("\\x{0000041}", 0),
        ("(?=a)", 0), ("(?!a)", 0), ("x(?<=a)", 1), ("(?<!a)", 0), ("(?i)a", 0), ("(?P<n>a)", 0),
        ("(?<n>a)", 0), ("(?>a)", 0), ("(?#c)", 0), ("(?", 0), ("(?i:a)", 0),
    ])
    func `a text that is not supported is refused where it goes wrong`(
        text: String, position: Int
    ) {
        let error = #expect(throws: NamePatternError.self, "\(text)") {
            try NamePattern(regularExpression: text)
        }
        #expect(error?.position == position, "\(text): \(error?.description ?? "no error")")
    }

    @Test(
        arguments: [
            ("a{999}", nil), ("a{1000}", 1), ("(?:a{99}b){9}c{98}", nil), ("(?:a{99}b){10}", 10),
            ("((((a{1,50}){1,50}){1,50}){1,50}){1,50}", 12), ("a{500}b{500}", 6),
            ("(((((((((a{0}){1000}){1000}){1000}){1000}){1000}){1000}){1000}){1000})", 14),
            ("(a*){498}", 4), ("((a{0}){999})", nil), ("(?:(?:(?:a?){50}){9}){1}", nil),
        ] as [(String, Int?)])
    func `a pattern has at most 1,000 states when written out`(
        text: String, position: Int?
    ) {
        do {
            _ = try NamePattern(regularExpression: text)
            #expect(position == nil, "\(text)")
        } catch {
            #expect((error as? NamePatternError)?.position == position, "\(text): \(error)")
        }
    }

    @Test func `a text has at most 4,096 bytes and groups nest at most 32 deep`() throws {
        let long = "[" + String(repeating: "é", count: 2_047) + "]"
        #expect(try NamePattern(regularExpression: long).matches("é"))
        #expect(throws: NamePatternError.self) { try NamePattern(regularExpression: long + "a") }
        let glob = String(repeating: "a", count: 4_096)
        #expect(try NamePattern(glob: glob).matches(glob))
        #expect(throws: NamePatternError.self) { try NamePattern(glob: glob + "a") }

        let deepest = String(repeating: "(", count: 32) + "a" + String(repeating: ")", count: 32)
        #expect(try NamePattern(regularExpression: deepest).matches("a"))
        let error = #expect(throws: NamePatternError.self) {
            try NamePattern(regularExpression: "(\(deepest))")
        }
        #expect(error?.position == 32)
        let opened = String(repeating: "(", count: 4_000)
        #expect(throws: NamePatternError.self) { try NamePattern(regularExpression: opened) }
    }

    @Test(arguments: [
        "(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(x+x+)+y", "(a?){200}a{200}b", "((a*)*)*b", "(.*)(.*)(.*)(.*)(.*)[^a]", "a.{300}b",
    ])
    func `no pattern takes more steps than its states times the bytes`(text: String) throws {
        let automaton = NameAutomaton(try NameExpressionParser.parse(text))
        for length in [100, 1_000] {
            let name = [UInt8](repeating: UInt8(ascii: "a"), count: length) + [0x21]
            var visits = 0
            _ = name.withUnsafeBytes { automaton.findsMatch(in: $0, visits: &visits) }
            #expect(visits <= automaton.instructions.count * (name.count + 1))
        }
    }

    @Test func `a catastrophic pattern gets through 100 kB`() throws {
        let automaton = NameAutomaton(try NameExpressionParser.parse("(a+)+b"))
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
        var visits = 0
        let isFound = name.withUnsafeBytes { automaton.findsMatch(in: $0, visits: &visits) }
        #expect(!isFound)
        #expect(visits <= automaton.instructions.count * (name.count + 1))
    }

    @Test func `any text is compiled or refused, and any name is matched`() {
        var generator = TestRandom(for: "fuzzed name patterns")
        let pieces = [
            "a", "é", "😀", "\\", "[", "]", "^", "-", "(", ")", "?", ":", "|", "*", "+", "{", "}",
            ",", "2", "1000", ".", "$", "d", "x", "\\x{", "(?:", "[^", "{2,3}", "[:", "\n", "\0",
        ]
        var compiledCount = 0
        for _ in 0..<40_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let text = (0..<count).map { _ in
                pieces[Int.random(in: pieces.indices, using: &generator)]
            }.joined()
            do {
                let pattern = try NamePattern(regularExpression: text)
                compiledCount += 1
                let name = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                _ = name.withUnsafeBytes { pattern.matches(name: $0) }
            } catch {
                let position = (error as? NamePatternError)?.position
                #expect(position.map { (0..<text.utf8.count).contains($0) } == true, "\(text)")
            }
        }
        #expect(compiledCount > 1_000)
    }
}
