/// Reads the rules of a grammar.
struct GrammarParser {
    /// What stands where something else was expected.
    struct Failure: Error {
        let expected: String
        let position: Int
    }

    private let tokens: [GrammarToken]
    private var position = 0

    private init(_ tokens: [GrammarToken]) {
        self.tokens = tokens
    }

    static func parse(_ tokens: [GrammarToken]) throws -> Grammar {
        var parser = GrammarParser(tokens)
        var grammar = Grammar()
        while case .name(let name) = parser.next {
            parser.position += 1
            try parser.expect("=")
            let isGroup = parser.next == .mark("(")
            grammar.rules[name] = isGroup ? .group(try parser.group()) : .item(try parser.type())
        }
        guard parser.next == nil else { throw parser.failure("a rule") }
        return grammar
    }

    private var next: GrammarToken? { position < tokens.count ? tokens[position] : nil }

    private func failure(_ expected: String) -> Failure {
        Failure(expected: expected, position: position)
    }

    private mutating func accept(_ mark: String) -> Bool {
        guard next == .mark(mark) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ mark: String) throws {
        guard accept(mark) else { throw failure(mark) }
    }

    private mutating func type() throws -> Grammar.ItemType {
        var choices = [try controlled()]
        while accept("/") { choices.append(try controlled()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func controlled() throws -> Grammar.ItemType {
        let base = try ranged()
        guard case .control(let name) = next else { return base }
        position += 1
        return .control(name, base, try ranged())
    }

    private mutating func ranged() throws -> Grammar.ItemType {
        guard case .number(let lower) = next else { return try plain() }
        position += 1
        guard accept("..") else { return .literal(.integer(lower)) }
        guard case .number(let upper) = next, lower <= upper else { throw failure("a bound") }
        position += 1
        return .range(lower...upper)
    }

    private mutating func plain() throws -> Grammar.ItemType {
        switch next {
        case .name(let name):
            position += 1
            return .name(name)
        case .text(let text):
            position += 1
            return .literal(.text(text))
        case .mark("("):
            position += 1
            let inner = try type()
            try expect(")")
            return inner
        case .mark("["): return .array(try entries("[", "]"))
        case .mark("{"): return .map(try entries("{", "}"))
        default: throw failure("a type")
        }
    }

    private mutating func group() throws -> [Grammar.Entry] { try entries("(", ")") }

    private mutating func entries(_ open: String, _ close: String) throws -> [Grammar.Entry] {
        try expect(open)
        var entries: [Grammar.Entry] = []
        while !accept(close) {
            entries.append(try entry())
            if !accept(","), next != .mark(close) { throw failure(close) }
        }
        return entries
    }

    private mutating func entry() throws -> Grammar.Entry {
        var minimum = 1
        var isRepeated = false
        if accept("?") { minimum = 0 }
        if accept("*") { (minimum, isRepeated) = (0, true) }
        if accept("+") { isRepeated = true }
        guard next != .mark("(") else {
            return .init(minimum: minimum, isRepeated: isRepeated, content: .group(try group()))
        }
        var key: Grammar.ItemType?
        var item = try type()
        if accept(":") || accept("=>") {
            key = item
            item = try type()
        }
        return .init(minimum: minimum, isRepeated: isRepeated, key: key, content: .item(item))
    }
}
