import Foundation

/// A piece of the text of a grammar.
enum GrammarToken: Hashable {
    case name(String)
    case number(Int128)
    case text(String)
    /// `.size`, `.cbor`
    case control(String)
    case mark(String)

    /// The piece as it stands in the document, about.
    var text: String {
        switch self {
        case .name(let text), .text(let text), .control(let text), .mark(let text): text
        case .number(let number): "\(number)"
        }
    }

    /// The pieces of the CDDL blocks of a document.
    static func tokens(ofDocument text: String) -> [GrammarToken] {
        var isOpen = false
        var tokens: [GrammarToken] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") {
                isOpen = line == "```cddl"
            } else if isOpen {
                tokens += Self.tokens(ofLine: line.prefix { $0 != ";" })
            }
        }
        return tokens
    }

    private static func tokens(ofLine line: Substring) -> [GrammarToken] {
        let pattern =
            /"(?<text>[^"]*)"|(?<number>-?[0-9]+)|(?<name>[a-z][a-z0-9-]*)|(?<mark>\.\.|=>|[^\s.])|\.(?<control>[a-z]+)/
        return line.matches(of: pattern).map { match in
            if let text = match.output.text { return .text(String(text)) }
            if let number = match.output.number { return .number(Int128(number) ?? 0) }
            if let name = match.output.name { return .name(String(name)) }
            if let control = match.output.control { return .control(String(control)) }
            return .mark(String(match.output.mark ?? ""))
        }
    }
}
