import KhepriTree
package import RaftCore
package import RaftRuntime

// Changes of the members and of the leader; each returns when it is committed.
//
// The members of all stores of a host are those of the one that keeps the catalogue, so a change of
// members is made there, and the other stores follow.
extension Cluster {
    /// Adds the host with an identifier, which must be waiting to join, or notes where a member is now.
    ///
    /// A new one gets everything first and becomes a voter once it keeps up.
    /// - Parameter promotes: Whether it is to become a voter.
    /// - Throws: ``StoreError`` `.notLeader`, `.invalidOperation` for a name that is taken or one
    ///   member too many, `.timeout`, `.noQuorum`.
    package func add(
        _ member: MemberID, _ details: MemberDetails, promotes: Bool = true,
        timeout: Duration? = nil
    ) async throws {
        let names = MemberNames(keeper.group.status.configuration)
        guard let known = names.member(details.name) else {
            return try await change(
                .add(member, promotes: promotes, details: details.encoded()), timeout: timeout)
        }
        guard known == member else {
            throw StoreError(
                .invalidOperation,
                "there is a member \(details.name) already: remove it first if it is lost")
        }
        guard names.details(of: member) != details else { return }
        try await change(.setDetails(member, details.encoded()), timeout: timeout)
    }

    /// Removes the member that a host was, to make room for the one that it is.
    ///
    /// Only the host itself knows who it was, so nobody else's place can be taken by a wrong name.
    func replace(
        _ former: MemberID, by member: MemberID, timeout: Duration?
    ) async throws {
        let members = keeper.group.status.configuration.allMembers
        guard members.contains(former), !members.contains(member) else { return }
        guard former.node == member.node else {
            throw StoreError(.invalidOperation, "a host replaces nobody but the member it was")
        }
        try await change(.remove(former), timeout: timeout)
    }

    /// Removes a member; the others go on without it, and it is not asked.
    ///
    /// - Parameters:
    ///   - name: Its name or its identifier.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.notLeader`, `.invalidOperation` for somebody who is no member or for
    ///   the last voter, `.timeout`, `.noQuorum`.
    public func remove(_ name: String, timeout: Duration? = nil) async throws {
        try await change(.remove(try member(name)), timeout: timeout)
    }

    /// Makes a learner a voter, once it keeps up.
    public func promote(_ name: String, timeout: Duration? = nil) async throws {
        try await change(.promote(try member(name)), timeout: timeout)
    }

    /// Prefers a member as leader to those with lower numbers; every member begins with zero.
    public func setPriority(
        _ priority: Int, of name: String, timeout: Duration? = nil
    ) async throws {
        try await change(.setPriority(try member(name), priority), timeout: timeout)
    }

    /// Makes another member the leader, and returns when it is.
    ///
    /// - Parameters:
    ///   - name: Which one; the one that has the most of the log if nil.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.notLeader` where another member leads, `.timeout` if the other did
    ///   not take over: this one leads on then.
    public func transferLeadership(
        to name: String? = nil, timeout: Duration? = nil
    ) async throws {
        let target = try name.map { try member($0) }
        if target == host.member, status.isLeader { return }
        let outcome = await engine.group.transferLeadership(to: target, timeout: timeout)
        try finish(outcome)
    }

    private func member(_ name: String) throws -> MemberID {
        let names = MemberNames(keeper.group.status.configuration)
        guard let member = names.member(name) else {
            let known = members.map(\.name).joined(separator: ", ")
            throw StoreError(
                .invalidOperation, "there is no member \(name), expected one of: \(known)")
        }
        return member
    }

    private func change(_ change: MembershipChange, timeout: Duration?) async throws {
        try finish(await keeper.group.change(change, timeout: timeout))
    }

    private func finish(_ outcome: ControlOutcome) throws {
        guard case .failure(let failure) = outcome else { return }
        guard case .notLeader(let hint?) = failure else {
            let isUnknown = [.timedOut, .leadershipLost, .cancelled].contains(failure)
            throw StoreError(failure, mayHaveBeenApplied: isUnknown)
        }
        let names = MemberNames(engine.group.status.configuration)
        throw StoreError(
            .notLeader, "ask the member that leads: \(names.name(of: hint))", cause: failure)
    }
}
