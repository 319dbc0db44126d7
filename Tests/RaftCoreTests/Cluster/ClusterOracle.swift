import RaftCore

/// Knows what every server did, and what Raft promises; shares no code with the core.
struct ClusterOracle {
    /// What was called committed at each index, for ever.
    private(set) var committed: [LogIndex: ClusterEntry] = [:]
    /// The term of the leader that committed each entry.
    private var commitTerms: [LogIndex: Term] = [:]
    private(set) var highestCommit = LogIndex.zero
    private(set) var violations: [String] = []
    private var leaders: [Term: MemberID] = [:]
    private var votes: [Vote: MemberID] = [:]
    /// Each entry ever written, with the term of the one before: that they agree everywhere is log
    /// matching, by induction.
    private var written: [LogPosition: (body: EntryBody, previous: LogPosition?)] = [:]
    private var hashes: [LogIndex: UInt64] = [:]
    private var reads: [ReadID: (member: MemberID, least: LogIndex)] = [:]
    private var checkedLogs: [MemberID: LogIndex] = [:]

    /// When a member last got a message of another.
    private var contacts: [[MemberID]: UInt64] = [:]
    /// When a member last heard the leader of its term.
    private var leaderContacts: [MemberID: UInt64] = [:]
    /// When a member last sent another one something, and in which term.
    private var sendings: [[MemberID]: Sending] = [:]
    /// Since when a leader has had to keep a quorum of its configuration.
    private var obligations: [MemberID: UInt64] = [:]

    private struct Sending: Hashable {
        let time: UInt64
        let term: Term
    }

    private struct Vote: Hashable {
        let voter: MemberID
        let term: Term
    }

    var openReads: Int { reads.count }
    var counts = Counts()

    /// What happened, to see that runs reach what they are meant to reach.
    struct Counts {
        var elections = 0
        var commits = 0
        var reads = 0
        var restores = 0
        var configurations = 0
    }

    mutating func fail(_ message: String) {
        if violations.count < 10 { violations.append(message) }
    }

    mutating func started(_ member: ClusterMember) {
        checkedLogs[member.id] = .zero
        check(logOf: member)
    }

    mutating func stopped(_ member: ClusterMember) {
        for (read, asked) in reads where asked.member == member.id { reads[read] = nil }
        leaderContacts[member.id] = nil
    }

    // Reads

    mutating func asked(_ read: ReadID, of member: MemberID) {
        reads[read] = (member, highestCommit)
    }

    mutating func answered(_ read: ReadID, at index: LogIndex) {
        guard let asked = reads.removeValue(forKey: read) else {
            return fail("read \(read.rawValue) was answered twice")
        }
        counts.reads += 1
        if index < asked.least {
            fail(
                "a stale read at \(asked.member.node): \(index.rawValue), "
                    + "\(asked.least.rawValue) was committed before it was asked")
        }
    }

    mutating func failed(_ read: ReadID) {
        if reads.removeValue(forKey: read) == nil { fail("read \(read.rawValue) failed twice") }
    }

    // State machines

    mutating func applied(
        _ entry: ClusterEntry, to machine: MachineState, of member: ClusterMember
    ) {
        let index = entry.position.index
        if committed[index] != entry { fail("\(member.id.node) applied another entry \(index)") }
        if member.disk.log[index] != entry {
            fail("\(member.id.node) applied entry \(index.rawValue), which a crash could lose")
        }
        if let hash = hashes[index], hash != machine.hash {
            fail("\(member.id.node) has another state after \(index.rawValue)")
        }
        hashes[index] = machine.hash
    }

    mutating func restored(_ machine: MachineState, at member: MemberID) {
        counts.restores += 1
        if hashes[machine.position.index] != machine.hash {
            fail("\(member.node) restored another state of \(machine.position.index.rawValue)")
        }
    }

    // Messages: what is promised must be durable when it is said.

    mutating func sent(
        _ message: RaftMessage, by member: ClusterMember, to receiver: MemberID, at time: UInt64
    ) {
        sendings[[member.id, receiver]] = Sending(time: time, term: message.term)
        let disk = member.disk
        let name = "\(member.id.node) in term \(message.term.rawValue)"
        switch message.content {
        case .voteReply(isGranted: true):
            if disk.hardState != HardState(term: message.term, vote: receiver) {
                fail("\(name) promised a vote that is not durable")
            }
            cast(by: member.id, for: receiver, in: message.term)
        case .preVoteReply(let reply):
            if reply.isGranted, isLoyal(member.id, at: time) {
                fail("\(name) would leave a leader that it has just heard")
            }
        case .voteRequest(let request):
            if disk.hardState != HardState(term: message.term, vote: member.id) {
                fail("\(name) asked for votes without a durable one of its own")
            }
            if disk.lastPosition != request.last { fail("\(name) claims a log it may lose") }
            cast(by: member.id, for: member.id, in: message.term)
        case .appendReply(let reply):
            guard case .accepted(let durable, _) = reply.outcome else { break }
            if durable > max(disk.lastPosition.index, disk.snapshot.index) {
                fail("\(name) confirmed \(durable.rawValue), which is not durable")
            }
            guard let entry = member.log[durable], !disk.holds(entry) else { break }
            fail("\(name) confirmed \(durable.rawValue), the disk has another entry there")
        case .append(let request):
            if leaders[message.term] != member.id { fail("\(name) leads without election") }
            if request.byteCount > 200_000 { fail("\(name) sends a message that is too long") }
        default: break
        }
    }

    private mutating func cast(by voter: MemberID, for candidate: MemberID, in term: Term) {
        let vote = Vote(voter: voter, term: term)
        if let earlier = votes[vote], earlier != candidate {
            fail("\(voter.node) voted twice in term \(term.rawValue)")
        }
        votes[vote] = candidate
    }

    // Contact

    /// A member has taken in a message; earlier is how its server was before.
    mutating func heard(
        _ envelope: Envelope, by member: ClusterMember, from earlier: RaftServer, at time: UInt64
    ) {
        let message = envelope.message
        contacts[[member.id, envelope.sender]] = time
        switch message.content {
        case .voteRequest(let request) where !request.isTransfer && message.term > earlier.term:
            guard earlier.role != .leader, isLoyal(member.id, at: time) else { return }
            if let server = member.server, server.term >= message.term {
                fail("\(member.id.node) leaves a leader that it has just heard")
            }
        case .append where message.term >= earlier.term: leaderContacts[member.id] = time
        case .append, .snapshot:
            // Else this one could neither follow nor win, for ever.
            let answer = Sending(time: time, term: earlier.term)
            guard message.term < earlier.term, sendings[[member.id, envelope.sender]] != answer
            else { return }
            fail("\(member.id.node) does not tell a leader that its term is over")
        default: break
        }
    }

    /// Whether a member may help nobody against the leader that it has heard: less than the shortest
    /// election timeout has passed, on the fastest clock that there is (thesis §4.2.3).
    private func isLoyal(_ member: MemberID, at time: UInt64) -> Bool {
        leaderContacts[member].map { time < $0 + 380_000_000 } ?? false
    }

    /// A leader that no majority has told anything for so long must not be one any more.
    mutating func ticked(_ member: ClusterMember, at time: UInt64) {
        guard let server = member.server, server.role == .leader else { return }
        guard let start = obligations[member.id], start + 1_500_000_000 < time else { return }
        for voters in [server.configuration.voters, server.configuration.outgoing] {
            let heard = voters.filter { voter in
                voter == member.id
                    || (contacts[[member.id, voter]] ?? 0) + 1_500_000_000 >= time
            }
            if !voters.isEmpty, heard.count * 2 <= voters.count {
                fail("\(member.id.node) leads without a quorum")
            }
        }
    }

    // Steps

    mutating func stepped(
        _ member: ClusterMember, from earlier: RaftServer, all: [MemberID: ClusterMember],
        at time: UInt64
    ) {
        guard let server = member.server else { return }
        if server.configuration != earlier.configuration { obligations[member.id] = time }
        check(logOf: member)
        if server.role == .leader, leaders[server.term] != member.id {
            fail("\(member.id.node) leads in term \(server.term.rawValue) and has not said so")
        }
        if server.commitIndex > earlier.commitIndex {
            noteCommits(of: member, from: earlier, all: all)
        }
        if server.role == .leader {
            // A leader does not know at once what is committed, but the oracle does.
            let known = max(server.commitIndex, highestCommit)
            let open = member.log.entries.reversed().prefix { $0.position.index > known }
                .filter { $0.body.configuration != nil }
            if open.count > 1 { fail("\(member.id.node) has two open configurations") }
        }
    }

    mutating func elected(_ member: ClusterMember, term: Term, at time: UInt64) {
        obligations[member.id] = time
        counts.elections += 1
        if let other = leaders[term], other != member.id {
            fail("\(member.id.node) and \(other.node) lead in term \(term.rawValue)")
        }
        leaders[term] = member.id
        // What the snapshot covers was compared when the snapshot was restored.
        let start = member.disk.snapshot.index.successor
        guard start <= highestCommit else { return }
        for index in start.rawValue...highestCommit.rawValue {
            let entry = committed[LogIndex(index)]
            // A slow candidate may win when the leader of a later term has long committed more.
            guard let committing = commitTerms[LogIndex(index)], committing < term else { break }
            if member.log[LogIndex(index)] != entry {
                fail("leader \(member.id.node) of term \(term.rawValue) lacks entry \(index)")
                break
            }
        }
    }

    private mutating func noteCommits(
        of member: ClusterMember, from earlier: RaftServer, all: [MemberID: ClusterMember]
    ) {
        guard let server = member.server else { return }
        // A commit may be followed by another configuration in the same step.
        let configuration = earlier.configuration
        for index in earlier.commitIndex.rawValue + 1...server.commitIndex.rawValue {
            let index = LogIndex(index)
            guard let entry = member.log[index] else {
                // A snapshot came in place of the entry.
                if index > highestCommit { fail("\(member.id.node) committed what nobody has") }
                continue
            }
            if let known = committed[index] {
                if known != entry { fail("\(member.id.node) committed another entry at \(index)") }
                continue
            }
            committed[index] = entry
            commitTerms[index] = server.term
            highestCommit = max(highestCommit, index)
            counts.commits += 1
            if entry.body.configuration != nil { counts.configurations += 1 }
            if !isDurable(entry, by: configuration, all: all) {
                fail("entry \(index.rawValue) was committed without a quorum on disk")
            }
        }
    }

    private func isDurable(
        _ entry: ClusterEntry, by configuration: Configuration, all: [MemberID: ClusterMember]
    ) -> Bool {
        [configuration.voters, configuration.outgoing].allSatisfy { voters in
            let holders = voters.filter { all[$0]?.disk.holds(entry) == true }
            return voters.isEmpty || holders.count * 2 > voters.count
        }
    }

    /// Compares what was added to a log since the last look with what others have written.
    private mutating func check(logOf member: ClusterMember) {
        let entries = member.log.entries
        let last = checkedLogs[member.id] ?? .zero
        var place = entries.endIndex
        while place > 0 {
            let entry = entries[place - 1]
            let previous = place > 1 ? entries[place - 2].position : nil
            if entry.position.index <= last, written[entry.position]?.body == entry.body { break }
            if let known = written[entry.position] {
                let agrees = known.previous == nil || previous == nil || known.previous == previous
                if known.body != entry.body || !agrees {
                    fail("two logs differ at \(entry.position.index.rawValue)")
                }
                if known.previous == nil { written[entry.position] = (entry.body, previous) }
            } else {
                written[entry.position] = (entry.body, previous)
            }
            place -= 1
        }
        checkedLogs[member.id] = entries.last?.position.index ?? .zero
    }
}
