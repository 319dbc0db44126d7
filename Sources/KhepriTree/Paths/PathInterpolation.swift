/// Builds the text of a path or a pattern from a literal with values in it.
///
/// A value is always part of one component, whatever characters it has: `/`, `*`, `%` and `.` in it
/// are escaped. A ``TreePath`` is the exception, and stands for all its components.
public struct PathInterpolation: StringInterpolationProtocol {
    private var written: String
    /// Whether a path has just been added, so that the next thing must begin a new component.
    private var isAfterPath = false

    /// The whole text.
    var text: String { isAfterPath && written.isEmpty ? "/" : written }

    /// Begins an empty text.
    public init(literalCapacity: Int, interpolationCount: Int) {
        written = ""
        written.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    /// Adds text in which `/`, `*`, `%` and `.` have their meaning.
    public mutating func appendLiteral(_ literal: String) {
        guard !literal.isEmpty else { return }
        precondition(
            !isAfterPath || literal.utf8.first == PathText.slash,
            "an interpolated path is followed by / or by nothing")
        isAfterPath = false
        written += literal
    }

    /// Adds a path: all its components, after what precedes.
    public mutating func appendInterpolation(_ path: TreePath) {
        if written.utf8.last == PathText.slash { written.removeLast() }
        if !path.isRoot { written += path.description }
        isAfterPath = true
    }

    /// Adds a name as one component, or as a part of one.
    public mutating func appendInterpolation(_ name: PathComponent) {
        appendValue(name.string)
    }

    /// Adds a value as one component, or as a part of one.
    ///
    /// - Precondition: It is not empty, or the path would be that of another node.
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
        appendValue(value.description)
    }

    /// A pattern need not have a text form; build the longer pattern with `child(where:)`.
    @available(*, unavailable, message: "use child(where:) or appending(_:) to extend a pattern")
    public mutating func appendInterpolation(_ pattern: TreePattern) {}

    private mutating func appendValue(_ value: String) {
        precondition(!isAfterPath, "an interpolated path is followed by / or by nothing")
        precondition(!value.isEmpty, "an interpolated value is not empty")
        for character in value.unicodeScalars {
            switch character {
            case "/": written += "%2F"
            case "*": written += "%2A"
            case "%": written += "%25"
            case ".": written += "%2E"
            default: written.unicodeScalars.append(character)
            }
        }
    }
}
