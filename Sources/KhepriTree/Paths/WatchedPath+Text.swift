extension KeepWhileEntry.WatchedPath {
    /// Reads what a keep-while condition watches: relative to the node that is put when the first
    /// component is `.` or `..`, and from the root otherwise.
    ///
    /// - Throws: ``PathError`` when the text is empty or malformed.
    package init(text: String) throws {
        let first = text.utf8.prefix { $0 != PathText.slash }
        let isRelative =
            first.count <= 2 && !first.isEmpty && first.allSatisfy { $0 == PathText.dot }
        guard isRelative else {
            self = .absolute(try TreePattern(fromRoot: text))
            return
        }
        var text = text
        self = try text.withUTF8 { try Self(relative: PathText(fromRoot: $0)) }
    }

    private init(relative pieces: PathText) throws {
        var pieces = pieces
        var up = 0
        var pattern = TreePattern.root
        while let piece = try pieces.next() {
            switch piece {
            case .current:
                continue
            case .parent where pattern.components.isEmpty:
                // No node is deeper than this, so that a step further up changes nothing.
                up = min(up + 1, TreeLimits.pathComponentsMaximum)
            case .parent:
                pattern.components.removeLast()
            case .name(let name):
                try pattern.append(name)
            }
        }
        self = .relative(up: up, pattern)
    }

    /// The text form; nil when a component has none, and for a lease.
    package var text: String? {
        switch self {
        case .absolute(let pattern):
            return pattern.text
        case .relative(let up, let pattern):
            guard let below = pattern.text else { return nil }
            let above = up == 0 ? "." : String(repeating: "../", count: up).dropLast()[...]
            return pattern.components.isEmpty ? String(above) : above + below
        case .lease: return nil
        }
    }
}
