import TestSupport

/// A regular expression with its text and its meaning spelled out, to compare ours with.
///
/// The meaning is the set of offsets where a match that begins at an offset can end.
indirect enum NaiveNameExpression {
    case empty
    case scalar(Unicode.Scalar)
    case any
    case classOf([Item], isNegated: Bool)
    case escape(Character)
    case start
    case end
    case sequence([NaiveNameExpression])
    case choice([NaiveNameExpression])
    case repeated(NaiveNameExpression, Int, Int?)

    enum Item {
        case range(Unicode.Scalar, Unicode.Scalar)
        case escape(Character)
    }

    func ends(in name: [Unicode.Scalar], from offset: Int) -> Set<Int> {
        switch self {
        case .empty: return [offset]
        case .start: return offset == 0 ? [offset] : []
        case .end: return offset == name.count ? [offset] : []
        case .scalar, .any, .classOf, .escape:
            return offset < name.count && accepts(name[offset]) ? [offset + 1] : []
        case .sequence(let items):
            return items.reduce([offset]) { offsets, item in
                offsets.reduce(into: Set()) { $0.formUnion(item.ends(in: name, from: $1)) }
            }
        case .choice(let items):
            return items.reduce(into: Set()) { $0.formUnion($1.ends(in: name, from: offset)) }
        case .repeated(let item, let minimum, let maximum):
            var result: Set<Int> = minimum == 0 ? [offset] : []
            var reached: Set<Int> = [offset]
            // More rounds than there are offsets reach nothing else.
            for round in 1...max(1, maximum ?? minimum + name.count + 1) {
                if maximum == 0 { break }
                reached = reached.reduce(into: Set()) {
                    $0.formUnion(item.ends(in: name, from: $1))
                }
                if round >= minimum { result.formUnion(reached) }
            }
            return result
        }
    }

    func isFound(in name: String) -> Bool {
        let scalars = Array(name.unicodeScalars)
        return (0...scalars.count).contains { !ends(in: scalars, from: $0).isEmpty }
    }

    private func accepts(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .scalar(let other): return scalar == other
        case .any: return scalar != "\n"
        case .escape(let letter): return Self.escape(letter, accepts: scalar)
        case .classOf(let items, let isNegated):
            let isMember = items.contains { item in
                switch item {
                case .range(let lower, let upper): lower <= scalar && scalar <= upper
                case .escape(let letter): Self.escape(letter, accepts: scalar)
                }
            }
            return isMember != isNegated
        default: return false
        }
    }

    private static func escape(_ letter: Character, accepts scalar: Unicode.Scalar) -> Bool {
        let digits = "0123456789".unicodeScalars
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_".unicodeScalars
        return switch letter {
        case "d": digits.contains(scalar)
        case "D": !digits.contains(scalar)
        case "w": digits.contains(scalar) || letters.contains(scalar)
        case "W": !digits.contains(scalar) && !letters.contains(scalar)
        case "s": " \t\n\r\u{0C}".unicodeScalars.contains(scalar)
        default: !" \t\n\r\u{0C}".unicodeScalars.contains(scalar)
        }
    }

    /// The text of the expression.
    var text: String {
        switch self {
        case .empty: return "()"
        case .start: return "^"
        case .end: return "$"
        case .any: return "."
        case .escape(let letter): return "\\\(letter)"
        case .scalar(let scalar): return Self.literal(scalar)
        case .classOf(let items, let isNegated):
            let inner = items.map { item in
                switch item {
                case .range(let lower, let upper) where lower == upper: Self.literal(lower)
                case .range(let lower, let upper): "\(Self.literal(lower))-\(Self.literal(upper))"
                case .escape(let letter): "\\\(letter)"
                }
            }
            return "[" + (isNegated ? "^" : "") + inner.joined() + "]"
        case .sequence(let items): return items.map(\.text).joined()
        case .choice(let items): return "(" + items.map(\.text).joined(separator: "|") + ")"
        case .repeated(let item, let minimum, let maximum):
            let suffix =
                switch (minimum, maximum) {
                case (0, nil): "*"
                case (1, nil): "+"
                case (0, 1): "?"
                case (_, nil): "{\(minimum),}"
                case (_, minimum): "{\(minimum)}"
                case (_, .some(let most)): "{\(minimum),\(most)}"
                }
            return "(?:\(item.text))\(suffix)"
        }
    }

    private static func literal(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "é": "\\x{E9}"
        case "\0"..."/", ":"..."@", "["..."`", "{"..."~": "\\\(scalar)"
        default: String(scalar)
        }
    }
}

extension NaiveNameExpression {
    static let alphabet: [Unicode.Scalar] = ["a", "b", "c", "-", "é", "1", "\n", ".", "水", "😀"]

    static func random(depth: Int, using generator: inout TestRandom) -> Self {
        switch Int.random(in: 0..<(depth > 0 ? 14 : 8), using: &generator) {
        case 0...2: return .scalar(randomScalar(using: &generator))
        case 3: return .any
        case 4:
            let items = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                randomItem(using: &generator)
            }
            return .classOf(items, isNegated: generator.chance(40))
        case 5: return .escape(randomLetter(using: &generator))
        case 6: return generator.chance(50) ? .start : .end
        case 7: return generator.chance(30) ? .empty : .scalar("a")
        case 8...10: return .sequence(some(depth: depth, using: &generator))
        case 11: return .choice(some(depth: depth, using: &generator))
        default:
            let minimum = Int.random(in: 0...2, using: &generator)
            let maximum = minimum + Int.random(in: 0...2, using: &generator)
            let item = random(depth: depth - 1, using: &generator)
            return .repeated(item, minimum, generator.chance(50) ? nil : maximum)
        }
    }

    static func randomName(using generator: inout TestRandom) -> String {
        let count = Int.random(in: 0...6, using: &generator)
        let scalars = (0..<count).map { _ in randomScalar(using: &generator) }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func some(depth: Int, using generator: inout TestRandom) -> [Self] {
        (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            random(depth: depth - 1, using: &generator)
        }
    }

    private static func randomScalar(using generator: inout TestRandom)
        -> Unicode.Scalar
    {
        let bound = generator.chance(70) ? 3 : alphabet.count
        return alphabet[Int.random(in: 0..<bound, using: &generator)]
    }

    private static func randomLetter(using generator: inout TestRandom) -> Character {
        ["d", "D", "w", "W", "s", "S"][Int.random(in: 0..<6, using: &generator)]
    }

    private static func randomItem(using generator: inout TestRandom) -> Item {
        if generator.chance(20) { return .escape(randomLetter(using: &generator)) }
        let one = randomScalar(using: &generator)
        let other = generator.chance(50) ? one : randomScalar(using: &generator)
        return .range(min(one, other), max(one, other))
    }
}
