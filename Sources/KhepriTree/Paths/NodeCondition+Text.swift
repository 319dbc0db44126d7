extension NodeCondition {
    /// How a component of a path says this condition; nil when only an operation's array form can.
    var text: String? {
        switch self {
        case .named(let name):
            var text = ""
            name.appendText(to: &text)
            return text
        case .anyName:
            return "*"
        case .anyPath:
            return "**"
        case .nameMatches(let pattern):
            return pattern.globText
        default:
            return nil
        }
    }
}

extension NamePattern {
    /// The glob as a component of a path, read back as an equal glob; nil when there is none.
    fileprivate var globText: String? {
        guard isGlob, source != "*", source != "**" else { return nil }
        let pieces = source.utf8.split(
            separator: PathText.star, omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return nil }
        var text = ""
        for (index, piece) in pieces.enumerated() {
            if index > 0 { text += "*" }
            PathText.appendEscaped(piece, to: &text)
        }
        return text
    }
}

extension TreePattern {
    /// The text form; nil when a component has none.
    package var text: String? {
        guard !components.isEmpty else { return "/" }
        var text = ""
        for component in components {
            guard let piece = component.text else { return nil }
            text += "/"
            text += piece
        }
        return text
    }
}
