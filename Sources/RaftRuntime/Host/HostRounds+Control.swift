import RaftCore

// Changes of members and of the leader.
extension HostRounds {
    func accept(_ control: ControlRequest) {
        open(control)
        guard let group = slots[control.slot.rawValue] else { return fail(control, .groupClosed) }
        if let refusal = refusal(of: group) { return fail(control, refusal) }
        begin(control, of: group)
    }

    /// Tries again what waited for another change to be done.
    private func resumeChanges(of group: GroupState) {
        guard !group.postponedChanges.isEmpty else { return }
        var postponed: [ControlRequest] = []
        swap(&postponed, &group.postponedChanges)
        for change in postponed where change.isOpen { begin(change, of: group) }
    }

    /// A change can only become possible when something is committed.
    func resumeChangesIfCommitted(of group: GroupState) {
        guard group.server.commitIndex > group.changesTriedAt else { return }
        group.changesTriedAt = group.server.commitIndex
        resumeChanges(of: group)
    }

    private func begin(_ control: ControlRequest, of group: GroupState) {
        guard group.server.role == .leader else {
            return fail(control, .notLeader(hint: group.server.leader))
        }
        switch control.kind {
        case .change(let change, let expected):
            let token = ProposalToken(group.nextNumber())
            group.changes.append(ChangeWait(token: token, request: control))
            group.step(.changeMembership(change, token, expecting: expected), now: now)
        case .transfer(let target):
            group.transfers.append(control)
            group.step(.transferLeadership(to: target), now: now)
        }
        carryOutEffects(of: group)
    }

    func changeAccepted(_ token: ProposalToken, at index: LogIndex, of group: GroupState) {
        guard let place = group.changes.firstIndex(where: { $0.token == token }) else { return }
        group.changes[place].index = index
    }

    /// Answers the changes that are done.
    func configurationCommitted(
        _ configuration: Configuration, at index: LogIndex, of group: GroupState
    ) {
        group.observer(.configurationCommitted(configuration, at: index))
        guard !configuration.isJoint else { return }
        for change in group.changes {
            guard let begun = change.index, begun <= index, change.request.close() else { continue }
            noteAnswers(1)
            change.request.succeed(at: index)
        }
        group.changes.removeAll { !$0.request.isOpen }
    }

    /// Answers those who wanted another leader, and whose changes another leader may carry on.
    func leadershipChanged(of group: GroupState) {
        if group.server.role != .leader {
            let hint = RequestFailure.notLeader(hint: group.server.leader)
            for change in group.changes {
                fail(change.request, change.index == nil ? hint : .leadershipLost)
            }
            for change in group.postponedChanges { fail(change, hint) }
            (group.changes, group.postponedChanges) = ([], [])
        }
        guard let leader = group.server.leader, leader != group.server.id else { return }
        for transfer in group.transfers where transfer.close() {
            noteAnswers(1)
            transfer.succeed(at: group.server.lastPosition.index)
        }
        group.transfers = []
    }

    func transferFailed(to member: MemberID, of group: GroupState) {
        group.observer(.transferFailed(to: member))
        for transfer in group.transfers { fail(transfer, .transferFailed(to: member)) }
        group.transfers = []
    }
}
