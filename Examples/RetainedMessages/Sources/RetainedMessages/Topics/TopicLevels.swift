import Khepri

/// The levels of a topic or a filter, each as the name of a node.
///
/// A level is its own name. An empty level has the name NUL: nodes cannot have empty names, and no text of
/// MQTT has a NUL in it (MQTT 3.1.1 §1.5.3), so names and levels are one to one. Like nodes, they are
/// compared by their bytes: `é` as one code point and as two are different topics.
struct TopicLevels: Hashable, Sendable {
    /// One level stays for the node that all topics are below.
    static let countMaximum = TreeLimits.pathComponentsMaximum - 1
    /// The longest text, in bytes of UTF-8 (§4.7.3).
    static let textBytesMaximum = 65_535
    /// Stands for an empty level.
    private static let empty: PathComponent = "\0"

    /// The names, at least one.
    let names: [PathComponent]

    init(names: [PathComponent]) {
        precondition(!names.isEmpty, "a topic has at least one level")
        self.names = names
    }

    /// Splits a text.
    ///
    /// - Throws: ``TopicError``.
    init(_ text: String) throws {
        let bytes = text.utf8
        guard !bytes.isEmpty else {
            throw TopicError("expected at least one character, found none")
        }
        guard bytes.count <= Self.textBytesMaximum else {
            throw TopicError(
                "expected at most \(Self.textBytesMaximum) bytes, found \(bytes.count)")
        }
        guard !bytes.contains(0) else { throw TopicError("expected no NUL, found one") }
        let levels = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard levels.count <= Self.countMaximum else {
            throw TopicError("expected at most \(Self.countMaximum) levels, found \(levels.count)")
        }
        names = try levels.map { level in
            guard !level.isEmpty else { return Self.empty }
            guard level.count <= TreeLimits.nameBytesMaximum else {
                throw TopicError(
                    "expected at most \(TreeLimits.nameBytesMaximum) bytes in a level, found "
                        + "\(level.count)")
            }
            return try PathComponent(Substring(level))
        }
    }

    /// The text that was split.
    var text: String {
        names.map { $0 == Self.empty ? "" : $0.string }.joined(separator: "/")
    }

    /// Whether wildcards at the first level leave it out: it begins with `$` (§4.7.2).
    var isReserved: Bool { names[0].withUTF8 { $0.first == UInt8(ascii: "$") } }
}
