/// A backtracking matcher of the regular expressions that names are matched with.
///
/// It takes time exponential in the length of the name at worst: names in tests are short.
indirect enum ModelRegex: Hashable, Sendable {
    case empty
    case scalars([ClosedRange<UInt32>], negated: Bool)
    case start
    case end
    case sequence(ModelRegex, ModelRegex)
    case either(ModelRegex, ModelRegex)
    case repeated(ModelRegex, atLeast: Int, atMost: Int)

    static let any = ModelRegex.scalars([0x0A...0x0A], negated: true)

    /// Parses a regular expression.
    init(_ source: Text) throws {
        var parser = Parser(rest: Array(source.description.unicodeScalars)[...])
        self = try parser.alternatives()
        guard parser.rest.isEmpty else { throw Failure("invalidOperation") }
    }

    /// Makes a matcher of the whole name: the pieces in order, anything in between.
    init(glob pieces: [Text]) {
        let anything = ModelRegex.repeated(.scalars([], negated: true), atLeast: 0, atMost: .max)
        self = .start
        for (index, piece) in pieces.enumerated() {
            if index > 0 { self = .sequence(self, anything) }
            for scalar in piece.description.unicodeScalars {
                self = .sequence(self, .scalars([scalar.value...scalar.value], negated: false))
            }
        }
        self = .sequence(self, .end)
    }

    /// Whether some part of the name matches.
    func matches(_ name: Text) -> Bool {
        let text = name.description.unicodeScalars.map(\.value)
        return (0...text.count).contains { match(text, $0) { _ in true } }
    }

    private func match(_ text: [UInt32], _ at: Int, _ then: (Int) -> Bool) -> Bool {
        switch self {
        case .empty: return then(at)
        case .start: return at == 0 && then(at)
        case .end: return at == text.count && then(at)
        case .scalars(let ranges, let negated):
            guard at < text.count else { return false }
            return ranges.contains { $0.contains(text[at]) } != negated && then(at + 1)
        case .sequence(let first, let second):
            return first.match(text, at) { second.match(text, $0, then) }
        case .either(let first, let second):
            return first.match(text, at, then) || second.match(text, at, then)
        case .repeated(let inner, let atLeast, let atMost):
            if atLeast > 0 {
                let others = ModelRegex.repeated(inner, atLeast: atLeast - 1, atMost: atMost - 1)
                return inner.match(text, at) { others.match(text, $0, then) }
            }
            if then(at) { return true }
            guard atMost > 0 else { return false }
            let others = ModelRegex.repeated(inner, atLeast: 0, atMost: atMost - 1)
            return inner.match(text, at) { $0 > at && others.match(text, $0, then) }
        }
    }
}

extension ModelRegex {
    private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let spaces: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]
    private static let words: [ClosedRange<UInt32>] =
        [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]

    private struct Parser {
        var rest: ArraySlice<Unicode.Scalar>

        mutating func alternatives() throws -> ModelRegex {
            let first = try sequence()
            guard rest.first == "|" else { return first }
            rest.removeFirst()
            return .either(first, try alternatives())
        }

        private mutating func sequence() throws -> ModelRegex {
            var result = ModelRegex.empty
            while let next = rest.first, next != "|", next != ")" {
                result = .sequence(result, try repetition())
            }
            return result
        }

        private mutating func repetition() throws -> ModelRegex {
            let inner = try atom()
            switch rest.first {
            case "*": return repeated(inner, 0, .max)
            case "+": return repeated(inner, 1, .max)
            case "?": return repeated(inner, 0, 1)
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw refusal }
                let bounds = rest[(rest.startIndex + 1)..<end].split(
                    separator: ",", omittingEmptySubsequences: false
                ).map { Int(String(String.UnicodeScalarView($0))) }
                rest = rest[end...]
                guard let lower = bounds[0], bounds.count <= 2 else { throw refusal }
                return repeated(inner, lower, bounds.count == 1 ? lower : bounds[1] ?? .max)
            default: return inner
            }
        }

        private mutating func repeated(_ inner: ModelRegex, _ lower: Int, _ upper: Int)
            -> ModelRegex
        {
            rest.removeFirst()
            return .repeated(inner, atLeast: lower, atMost: upper)
        }

        private mutating func atom() throws -> ModelRegex {
            switch rest.removeFirst() {
            case "^": return .start
            case "$": return .end
            case ".": return .any
            case "[": return try set()
            case "(":
                if rest.starts(with: ["?", ":"]) { rest.removeFirst(2) }
                let inner = try alternatives()
                guard rest.first == ")" else { throw refusal }
                rest.removeFirst()
                return inner
            case "\\": return try escape()
            case "*", "+", "?", "{", "]", "}": throw refusal
            case let literal: return .scalars([literal.value...literal.value], negated: false)
            }
        }

        private mutating func escape() throws -> ModelRegex {
            guard let kind = rest.popFirst() else { throw refusal }
            switch kind {
            case "n": return .scalars([0x0A...0x0A], negated: false)
            case "d": return .scalars(digits, negated: false)
            case "D": return .scalars(digits, negated: true)
            case "w": return .scalars(words, negated: false)
            case "W": return .scalars(words, negated: true)
            case "s": return .scalars(spaces, negated: false)
            case "S": return .scalars(spaces, negated: true)
            case _ where !kind.properties.isAlphabetic && kind.properties.numericType == nil:
                return .scalars([kind.value...kind.value], negated: false)
            default: throw refusal
            }
        }

        private mutating func set() throws -> ModelRegex {
            var ranges: [ClosedRange<UInt32>] = []
            let negated = rest.first == "^"
            if negated { rest.removeFirst() }
            repeat {
                guard var lower = rest.popFirst() else { throw refusal }
                if lower == "\\" {
                    guard case .scalars(let inner, false) = try escape() else { throw refusal }
                    guard inner.count == 1, let scalar = Unicode.Scalar(inner[0].lowerBound),
                        inner[0].count == 1
                    else {
                        ranges += inner
                        continue
                    }
                    lower = scalar
                }
                var upper = lower
                if rest.first == "-", rest.dropFirst().first != "]" {
                    guard let end = rest.dropFirst().first, end >= lower else { throw refusal }
                    rest.removeFirst(2)
                    upper = end
                }
                ranges.append(lower.value...upper.value)
            } while rest.first != "]"
            rest.removeFirst()
            return .scalars(ranges, negated: negated)
        }

        private var refusal: Failure { Failure("invalidOperation") }
    }
}
