import Foundation
import Testing

/// The grammar of docs/FORMAT.md is that of the bytes.
@Suite("docs/FORMAT.md") struct FormatDocumentTests {
    private static func tokens() throws -> [GrammarToken] {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let document = root.appending(path: "docs/FORMAT.md")
        return GrammarToken.tokens(ofDocument: try String(contentsOf: document, encoding: .utf8))
    }

    /// The grammar of version 1, which has none of the keys that a later version may add.
    private static func grammar(_ tokens: [GrammarToken]) throws -> Grammar {
        var grammar = try GrammarParser.parse(tokens)
        for rule in ["extension", "new-key"] { grammar.rules[rule] = .group([]) }
        return grammar
    }

    /// The first sample, if any, that is not what the grammar says.
    private static func mismatch(
        _ grammar: Grammar, _ samples: [(rule: String, items: [DataItem])]
    ) -> (rule: String, items: [DataItem])? {
        samples.first { sample in
            guard sample.rule == "state-block" else {
                return sample.items.count != 1 || !grammar.matches(sample.items[0], sample.rule)
            }
            let rules = ["state-header", "state-node", "state-session"]
            return !sample.items.allSatisfy { item in
                rules.contains { grammar.matches(item, $0) }
            }
        }
    }

    private static func samples() throws -> [(rule: String, items: [DataItem])] {
        try Sample.all().map { ($0.rule, DataItem.sequence($0.bytes) ?? []) }
    }

    @Test func `everything that is written matches the grammar`() throws {
        let grammar = try Self.grammar(try Self.tokens())
        let samples = try Self.samples()
        if let found = Self.mismatch(grammar, samples) {
            Issue.record("this is no \(found.rule): \(found.items)")
        }
        let rules = Set(samples.map(\.rule))
        #expect(
            rules == [
                "identity", "command", "member", "group-opening", "group-line", "configuration",
                "snapshot-metadata", "state-block", "envelope", "greeting", "host-details",
                "backup-header",
            ])
    }

    @Test func `no key or code of the grammar can be another`() throws {
        let tokens = try Self.tokens()
        let samples = try Self.samples()
        var changed = 0
        for (place, token) in tokens.enumerated() {
            guard case .number(let number) = token, Self.isKeyOrCode(place, tokens) else {
                continue
            }
            var planted = tokens
            planted[place] = .number(number + 100)
            changed += 1
            let grammar = try Self.grammar(planted)
            if Self.mismatch(grammar, samples) == nil {
                let before = tokens[..<place].suffix(12).map(\.text).joined(separator: " ")
                Issue.record("any number would do in place of \(number) after: \(before)")
            }
        }
        #expect(changed > 70)
    }

    /// Whether a number is the key of a map, or the first item of an array.
    private static func isKeyOrCode(_ place: Int, _ tokens: [GrammarToken]) -> Bool {
        let before = place > 0 ? tokens[place - 1] : .mark("")
        let after = place + 1 < tokens.count ? tokens[place + 1] : .mark("")
        return after == .mark(":") || (before == .mark("[") && after != .mark(".."))
    }
}
