package import HTTPTypes
package import Khepri

/// The tag of one state of a node's payload: the history of the store, and the last change.
///
/// A tag of another history never matches: revisions begin anew there.
package struct EntityTag: Equatable {
    /// The history of the store.
    package var history: SessionID
    /// The last change of the payload.
    package var modifiedRevision: Revision

    /// Joins both.
    package init(history: SessionID, modifiedRevision: Revision) {
        self.history = history
        self.modifiedRevision = modifiedRevision
    }

    /// Reads a tag with its quotes; nil for one that this server has not made.
    init?(_ text: Substring) {
        guard text.utf8.count > 2, text.first == "\"", text.last == "\"" else { return nil }
        let parts = text.dropFirst().dropLast().split(
            separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 32,
            let high = UInt64(parts[0].prefix(16), radix: 16),
            let low = UInt64(parts[0].suffix(16), radix: 16),
            let revision = UInt64(parts[1])
        else { return nil }
        self.init(
            history: SessionID(high: high, low: low), modifiedRevision: Revision(revision))
    }

    /// The tag as a header carries it.
    package var text: String {
        "\"\(Self.hexadecimal(history.high))\(Self.hexadecimal(history.low))"
            + "-\(modifiedRevision.rawValue)\""
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The conditions of a request: `If-Match` and `If-None-Match` (RFC 9110 §13).
package enum Preconditions: Equatable {
    case none
    /// `If-None-Match: *`
    case absent
    /// `If-Match: *`
    case present
    /// `If-Match: "a", "b"`; those that are no tags of this server are left out, they never match.
    case matches([EntityTag])
    /// `If-None-Match: "a", "b"`
    case matchesNone([EntityTag])

    /// Reads the headers of a request.
    ///
    /// - Throws: ``RequestError`` if both are there, or one is malformed.
    package init(_ headers: HTTPFields) throws {
        switch (headers[.ifMatch], headers[.ifNoneMatch]) {
        case (nil, nil): self = .none
        case (let text?, nil):
            self = text == "*" ? .present : .matches(try Self.tags(text))
        case (nil, let text?):
            self = text == "*" ? .absent : .matchesNone(try Self.tags(text))
        default:
            throw RequestError(
                .invalidRequest, "expected at most one of If-Match and If-None-Match, found both")
        }
    }

    /// The condition on the node that is written; nil for none.
    ///
    /// - Throws: ``RequestError`` 412 when no state of the node can meet it, 400 for a condition
    ///   that a write does not take.
    package func condition(in history: SessionID) throws -> NodeCondition? {
        switch self {
        case .none: return nil
        case .absent: return .absent
        case .present: return .exists(true)
        case .matches(let tags):
            let conditions = tags.filter { $0.history == history }
                .map { NodeCondition.modifiedRevision($0.modifiedRevision) }
            guard let first = conditions.first else {
                throw RequestError(
                    .conditionFailed,
                    "expected the tag of a state of this node, found one of another history")
            }
            return conditions.count == 1 ? first : .any(conditions)
        case .matchesNone:
            throw RequestError(
                .invalidRequest, "expected * in If-None-Match of a write; If-Match takes tags")
        }
    }

    private static func tags(_ text: String) throws -> [EntityTag] {
        try text.split(separator: ",").compactMap { part in
            let part = part.drop { $0 == " " || $0 == "\t" }
            let tag = part.prefix { $0 != " " && $0 != "\t" }
            let isWeak = tag.hasPrefix("W/")
            let quoted = isWeak ? tag.dropFirst(2) : tag
            guard quoted.utf8.count >= 2, quoted.first == "\"", quoted.last == "\"" else {
                throw RequestError(
                    .invalidRequest, "expected * or tags in quotes in If-Match and If-None-Match")
            }
            return isWeak ? nil : EntityTag(quoted)
        }
    }
}
