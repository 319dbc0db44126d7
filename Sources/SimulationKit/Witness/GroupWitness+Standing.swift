import RaftCore
import RaftRuntime

// How members stand after each of their steps.
extension GroupWitness {
    mutating func stood(_ status: GroupStatus, stateHash: UInt128, of id: MemberID) {
        var member = members[id] ?? Member()
        let before = member.status
        guard status != before || stateHash != member.stateHash else { return }
        check(status, after: before, member.log, of: id)
        if status.role == .leader { lead(status, id) }
        if status.commitIndex > before?.commitIndex ?? .zero {
            noteCommits(by: id, from: before, to: status)
        }
        noteState(stateHash, after: status.appliedIndex, of: id)
        member.status = status
        member.stateHash = stateHash
        member.compared = compareCommits(
            member.log, after: member.compared, status, of: id)
        members[id] = member
    }

    private mutating func check(
        _ status: GroupStatus, after before: GroupStatus?, _ log: DurableLog, of id: MemberID
    ) {
        func name(_ what: String) -> String { "\(what) of member \(id.label)" }
        if let before {
            if status.term < before.term { fail(name("the term") + " goes back") }
            if status.commitIndex < before.commitIndex { fail(name("the commit") + " goes back") }
            if status.appliedIndex < before.appliedIndex { fail(name("the state") + " goes back") }
            if status.snapshotPosition.index < before.snapshotPosition.index {
                fail(name("the snapshot") + " goes back")
            }
        }
        if status.appliedIndex > status.commitIndex {
            fail(name("the state") + " has what is not committed")
        }
        let durable = max(log.last.index, log.snapshot.index)
        if status.persistedIndex > durable { fail(name("the log") + " is shorter than it thinks") }
        if status.appliedIndex > durable { fail(name("the state") + " has what it may lose") }
    }

    private mutating func lead(_ status: GroupStatus, _ id: MemberID) {
        lead(id, in: status.term)
        let log = members[id]?.log ?? DurableLog()
        var index = max(highestCommit, status.commitIndex).successor
        var openCount = 0
        while index <= log.last.index {
            if log.marks[index]?.isConfiguration == true { openCount += 1 }
            index = index.successor
        }
        if openCount > 1 { fail("leader \(id.label) has two open changes of members") }
    }

    // MARK: Commits

    /// A commit index has risen: what is new must be durable on a majority.
    private mutating func noteCommits(
        by id: MemberID, from before: GroupStatus?, to status: GroupStatus
    ) {
        // What was committed may have been so before the configuration changed, in the same step.
        var configurations = [status.configuration]
        if let before { configurations.append(before.configuration) }
        var index = max(before?.commitIndex ?? .zero, status.snapshotPosition.index).successor
        while index <= status.commitIndex {
            if committed[index] == nil { note(commitOf: index, in: status.term, configurations) }
            index = index.successor
        }
        highestCommit = max(highestCommit, status.commitIndex)
    }

    private mutating func note(
        commitOf index: LogIndex, in term: Term, _ configurations: [Configuration]
    ) {
        let candidates = configurations.flatMap { $0.voters + $0.outgoing }
            .compactMap { members[$0]?.log.marks[index] }
        let mark = candidates.first { mark in
            configurations.contains { isDurable(mark, at: index, by: $0) }
        }
        guard let mark else {
            return fail("entry \(index.rawValue) is committed and not durable on a majority")
        }
        committed[index] = mark
        commitTerms[index] = term
    }

    /// What a member has on disk and calls committed is what was committed (Raft §5.4.3).
    ///
    /// - Returns: The index through which this holds.
    private mutating func compareCommits(
        _ log: DurableLog, after known: LogIndex, _ status: GroupStatus, of id: MemberID
    ) -> LogIndex {
        let end = min(status.commitIndex, status.persistedIndex)
        var index = max(known, log.snapshot.index).successor
        while index <= end {
            let (own, agreed) = (log.marks[index], committed[index])
            if own != agreed {
                let terms = [own, agreed].map { "\($0?.term.rawValue ?? 0)" }
                fail(
                    "member \(id.label) commits entry \(index.rawValue) of term \(terms[0]), and that "
                        + "of term \(terms[1]) was committed")
            }
            index = index.successor
        }
        return max(known, end)
    }

    private func isDurable(
        _ mark: DurableLog.Mark, at index: LogIndex, by configuration: Configuration
    ) -> Bool {
        guard !configuration.voters.isEmpty else { return false }
        return [configuration.voters, configuration.outgoing].allSatisfy { voters in
            let holders = voters.count { members[$0]?.log.holds(mark, at: index) == true }
            return voters.isEmpty || holders * 2 > voters.count
        }
    }

    /// Members in the same state of the log have the same state of the machine.
    private mutating func noteState(_ hash: UInt128, after index: LogIndex, of id: MemberID) {
        if let known = hashes[index], known != hash {
            fail("member \(id.label) has another state after entry \(index.rawValue)")
        }
        hashes[index] = hash
    }
}
