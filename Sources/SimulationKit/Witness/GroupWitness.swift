import RaftCore
import RaftRuntime

/// Knows what every member of a group has written, said and applied, and what Raft promises of it.
///
/// It looks at logs, messages and states from outside and shares no code with what makes them.
struct GroupWitness: Sendable {
    /// One member, from the making of its directory to its loss.
    struct Member: Sendable {
        var log = DurableLog()
        /// What a write that failed would have made of the log: it may be there or not.
        var uncertain: DurableLog?
        /// How it stood last in this life of its process.
        var status: GroupStatus?
        /// The hash of its state then.
        var stateHash: UInt128 = 0
        /// Through where what it calls committed was compared in this life.
        var compared = LogIndex.zero
        /// Its disk is gone; nobody may speak for it any more.
        var isLost = false
    }

    /// Each entry ever written, with the term of the one before: that they agree everywhere is log
    /// matching, by induction (Raft §5.3).
    struct Written: Sendable, Hashable {
        let mark: DurableLog.Mark
        let previous: Term
    }

    var members: [MemberID: Member] = [:]
    var leaders: [Term: MemberID] = [:]
    var written: [LogPosition: Written] = [:]
    /// What was called committed at each index, for ever.
    var committed: [LogIndex: DurableLog.Mark] = [:]
    /// A term in which each was known to be committed.
    var commitTerms: [LogIndex: Term] = [:]
    var highestCommit = LogIndex.zero
    /// The state hash after each index.
    var hashes: [LogIndex: UInt128] = [:]
    private(set) var failure: String?

    mutating func fail(_ message: String) { failure = failure ?? message }

    // MARK: Logs

    /// A log says that writes are durable, all of them or none, or that it could not find out; then it
    /// says no more.
    mutating func wrote(_ writes: [LogWrite], by id: MemberID, isDurable: Bool) {
        var member = members[id] ?? Member()
        if member.log.isDeleted { fail("member \(id.label) writes to a group that it deleted") }
        guard isDurable else {
            var uncertain = member.uncertain ?? member.log
            for write in writes { uncertain.apply(write) }
            member.uncertain = uncertain
            members[id] = member
            return
        }
        let before = member.log
        for write in writes {
            if case .hardState(let term, let vote) = write { check(term, vote, member.log, of: id) }
            member.log.apply(write)
            if case .append(let entries) = write { noteWritten(entries, in: member.log, by: id) }
        }
        for case .truncate(let index) in writes {
            checkKept(from: index, before, member.log, of: id)
        }
        members[id] = member
    }

    /// A log did not hold the group when a process began.
    mutating func missing(in id: MemberID) {
        guard var member = members[id] else { return }
        guard let rest = [member.log, member.uncertain].compactMap(\.self).first(where: \.isEmpty)
        else { return fail("member \(id.label) has forgotten a group") }
        member.log = rest
        member.uncertain = nil
        member.status = nil
        member.compared = .zero
        members[id] = member
    }

    /// What a log held when a process began.
    mutating func recovered(_ group: RecoveredGroup, by id: MemberID) {
        var member = members[id] ?? Member()
        if member.log.isDeleted { fail("member \(id.label) has a group again that it deleted") }
        let losses = [member.log, member.uncertain].compactMap { $0?.loss(in: group) }
        let promiseCount = member.uncertain == nil ? 1 : 2
        if losses.count == promiseCount {
            fail("member \(id.label) has lost \(losses[0]), which was durable")
        }
        member.log.replace(by: group)
        member.uncertain = nil
        member.status = nil
        member.compared = .zero
        noteWritten(group.entries, in: member.log, by: id)
        members[id] = member
    }

    /// A log is told to forget entries: a snapshot must have them.
    mutating func dropped(through index: LogIndex, by id: MemberID) {
        guard let log = members[id]?.log, index > log.snapshot.index else { return }
        fail("member \(id.label) drops entry \(index.rawValue), which no snapshot has")
    }

    private mutating func check(
        _ term: Term, _ vote: MemberID?, _ log: DurableLog, of id: MemberID
    ) {
        if term < log.term { fail("the term of \(id.label) goes back to \(term.rawValue)") }
        if let earlier = log.votes[term], earlier != vote {
            fail("member \(id.label) changes its vote in term \(term.rawValue)")
        }
    }

    /// What is committed was not truncated, unless a snapshot has replaced it.
    private mutating func checkKept(
        from first: LogIndex, _ before: DurableLog, _ after: DurableLog, of id: MemberID
    ) {
        var index = first
        while index <= min(highestCommit, before.last.index) {
            if let mark = committed[index], before.marks[index] == mark,
                !after.holds(mark, at: index)
            {
                return fail("member \(id.label) drops committed entry \(index.rawValue)")
            }
            index = index.successor
        }
    }

    private mutating func noteWritten(
        _ entries: [LogEntry], in log: DurableLog, by id: MemberID
    ) {
        for entry in entries {
            let previous = LogIndex(entry.index.rawValue - 1)
            let covered = log.snapshot.index == previous ? log.snapshot.term : nil
            guard
                let term = log.marks[previous]?.term ?? covered ?? (previous == .zero ? .zero : nil)
            else { continue }
            let position = LogPosition(index: entry.index, term: entry.term)
            let new = Written(mark: DurableLog.Mark(entry), previous: term)
            if let known = written[position], known != new {
                fail("the log of \(id.label) differs at \(entry.index.rawValue) from another one")
            }
            written[position] = new
        }
    }

    /// A member's disk is gone.
    mutating func lost(_ id: MemberID) { members[id]?.isLost = true }
}

extension MemberID {
    /// Short, and other for each incarnation.
    var label: String {
        "\(String(node & 0xFFFF, radix: 16)).\(String(incarnation.low & 0xFFFF, radix: 16))"
    }
}
