package import Khepri

extension RequestQuery {
    /// The parameters that say how fresh a read must be.
    static let consistencyNames = ["consistency", "at-least"]

    /// How fresh a read must be: `consistency=local|linearizable` or `at-least=REVISION`.
    ///
    /// - Throws: ``RequestError`` for another word, or for both.
    package func consistency() throws -> ReadConsistency {
        let revision = try number("at-least", in: 0...UInt64.max)
        switch (self["consistency"], revision) {
        case (nil, nil), ("linearizable", nil): return .linearizable
        case ("local", nil): return .local
        case (nil, let revision?): return .atLeast(Revision(revision))
        case (_, nil):
            throw RequestError(
                .invalidRequest, "expected local or linearizable as 'consistency'")
        default:
            throw RequestError(
                .invalidRequest, "expected at most one of 'consistency' and 'at-least', found both")
        }
    }
}
