extension Configuration {
    /// Whether the members for which `agrees` is true are a quorum.
    ///
    /// That is a majority of the voters and, during a change, of the outgoing voters too. False for
    /// the empty configuration.
    /// One function decides votes, commits and reads; it never adds the asking server by itself, so a
    /// leader that was removed does not count (thesis §4.2.2).
    ///
    /// - Complexity: O(*n*) calls of `agrees` for *n* voters.
    public func isQuorum(_ agrees: (MemberID) -> Bool) -> Bool {
        guard !voters.isEmpty else { return false }
        return Self.isMajority(of: voters, agrees)
            && (outgoing.isEmpty || Self.isMajority(of: outgoing, agrees))
    }

    /// The highest value that a quorum has reached: the commit index when `value` is how far each
    /// member's log agrees, the confirmed round when it is the last round each has echoed.
    ///
    /// - Returns: nil for the empty configuration.
    /// - Complexity: O(*n*²) for *n* ≤ ``votersMaximum`` voters, without allocation.
    public func quorumValue<Value: Comparable>(_ value: (MemberID) -> Value) -> Value? {
        guard let incoming = Self.majorityValue(of: voters, value) else { return nil }
        guard let leaving = Self.majorityValue(of: outgoing, value) else { return incoming }
        return min(incoming, leaving)
    }

    private static func isMajority(of members: [MemberID], _ agrees: (MemberID) -> Bool) -> Bool {
        let count = members.reduce(0) { $0 + (agrees($1) ? 1 : 0) }
        return count > members.count / 2
    }

    private static func majorityValue<Value: Comparable>(
        of members: [MemberID], _ value: (MemberID) -> Value
    ) -> Value? {
        var highest: Value?
        for candidate in members {
            let bound = value(candidate)
            if let found = highest, bound <= found { continue }
            if isMajority(of: members, { value($0) >= bound }) { highest = bound }
        }
        return highest
    }
}
