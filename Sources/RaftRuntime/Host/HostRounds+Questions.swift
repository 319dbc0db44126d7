import RaftCore

// Questions to the leader's machine, which need no entry of the log, and what a machine wants by itself.
extension HostRounds {
    /// Whether a machine is asked what it wants; if not, nothing is done when its time has come.
    func asksForWishes(of group: GroupState) -> Bool {
        group.failure == nil && shutdown == .none
    }

    /// Takes on what a machine wants now, before anything that is not yet known is looked at.
    func takeWishes(of group: GroupState) {
        guard asksForWishes(of: group) else { return }
        let term = group.server.role == .leader ? group.server.term : nil
        let wishes = group.machine.takeWishes(
            now: now, leading: term, slot: group.handle.slot, ticket: inbox.nextTicket)
        for wish in wishes {
            if let refusal = inbox.admitForeign(bytes: wish.byteCount) {
                wish.answer(refusal)
            } else {
                accept(wish)
            }
        }
    }

    /// Lets the leader's questions wait like reads: for a majority, and for what was committed before.
    func takeQuestions(of group: GroupState) {
        for question in group.takeQuestions() where question.isOpen {
            leaveQueue(question)
            group.newReads.append(question)
        }
    }

    /// Has a read go on after its leader was lost.
    func ask(_ read: Request, again group: GroupState) {
        guard let question = read.asQuestion else { return group.newReads.append(read) }
        if question.isForeign {
            fail(question, .notLeader(hint: group.server.leader))
        } else {
            group.questions.append(question)
        }
    }
}
