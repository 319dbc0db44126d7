@testable import RaftCore

/// What has ever happened in a ``SmallWorld``, and what is wrong with it.
///
/// An entry is told by its index and term: that no two leaders share a term is checked too.
struct SmallWorldGhost: Hashable {
    private(set) var violations: [String] = []
    /// The committed entries with the terms they were committed in, from index 1.
    private var committed: [Commit] = []
    private var leaders: [Term: Int] = [:]
    private var votes: [Vote: Int] = [:]

    private struct Commit: Hashable {
        let term: Term
        let committedIn: Term
    }

    private struct Vote: Hashable {
        let voter: Int
        let term: Term
    }

    mutating func fail(_ message: String) { violations.append(message) }

    /// What is promised must be durable when it is said.
    mutating func sent(_ letter: SmallWorld.Letter, by member: SmallWorld.Member) {
        let term = letter.message.term
        let disk = member.durable
        switch letter.message.content {
        case .voteReply(isGranted: true):
            promise(letter.sender, to: letter.receiver, in: term, disk)
        case .voteRequest(let request):
            promise(letter.sender, to: letter.sender, in: term, disk)
            let last = disk.entries.last?.position ?? .zero
            if last != request.last { fail("\(letter.sender) claims a log that it may lose") }
        case .appendReply(let reply):
            guard case .accepted(let durable, _) = reply.outcome, durable > .zero else { return }
            let index = Int(durable.rawValue)
            let isHeld =
                index <= disk.entries.count
                && disk.entries[index - 1].position.term == member.server.log.term(at: durable)
            if !isHeld { fail("\(letter.sender) confirmed entry \(index), which is not durable") }
        default: break
        }
    }

    private mutating func promise(
        _ voter: Int, to candidate: Int, in term: Term, _ disk: FakeDisk.DurableState
    ) {
        if disk.hardState != HardState(term: term, vote: SmallWorld.id(candidate)) {
            fail("\(voter) promised a vote that is not durable")
        }
        let vote = Vote(voter: voter, term: term)
        if let other = votes[vote], other != candidate { fail("\(voter) voted twice") }
        votes[vote] = candidate
    }

    mutating func applied(_ range: ClosedRange<LogIndex>, by member: SmallWorld.Member) {
        let last = Int(range.upperBound.rawValue)
        let isHeld =
            last <= member.durable.entries.count
            && member.durable.entries[last - 1].position.term
                == member.server.log.term(at: range.upperBound)
        if !isHeld { fail("entry \(last) is applied where a crash could take it") }
    }

    mutating func stepped(_ number: Int, from before: RaftServer, in world: SmallWorld) {
        let server = world.members[number].server
        if server.role == .leader {
            if let other = leaders[server.term], other != number {
                fail("\(number) and \(other) lead in the same term")
            }
            if leaders[server.term] == nil { checkCompleteness(of: server, number) }
            leaders[server.term] = number
        }
        if server.commitIndex > before.commitIndex { noteCommits(of: number, before, in: world) }
        for other in world.members.indices where other != number {
            checkMatching(server.log, world.members[other].server.log)
        }
    }

    private mutating func checkCompleteness(of leader: RaftServer, _ number: Int) {
        for (offset, commit) in committed.enumerated() where commit.committedIn < leader.term {
            if leader.log.term(at: LogIndex(UInt64(offset + 1))) != commit.term {
                fail("leader \(number) lacks the committed entry \(offset + 1)")
            }
        }
    }

    private mutating func noteCommits(
        of number: Int, _ before: RaftServer, in world: SmallWorld
    ) {
        let server = world.members[number].server
        for raw in before.commitIndex.rawValue + 1...server.commitIndex.rawValue {
            let term = server.log.term(at: LogIndex(raw)) ?? .zero
            guard raw > committed.count else {
                if committed[Int(raw) - 1].term != term {
                    fail("\(number) committed another entry \(raw)")
                }
                continue
            }
            let holders = world.members.filter { member in
                member.durable.entries.count >= raw
                    && member.durable.entries[Int(raw) - 1].position.term == term
            }
            if holders.count * 2 <= world.members.count {
                fail("entry \(raw) was committed without a quorum on disk")
            }
            committed.append(Commit(term: term, committedIn: server.term))
        }
    }

    /// Logs that have an entry in common agree in all before it.
    private mutating func checkMatching(_ one: LogTail, _ other: LogTail) {
        var index = min(one.lastIndex, other.lastIndex)
        var isShared = false
        while index > .zero {
            let isEqual = one.term(at: index) == other.term(at: index)
            if isShared, !isEqual { return fail("two logs agree after entry \(index), not there") }
            isShared = isShared || isEqual
            index = index.predecessor
        }
    }
}
