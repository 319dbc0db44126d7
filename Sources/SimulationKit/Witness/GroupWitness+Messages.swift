import RaftCore
import RaftRuntime

// What members say: a promise must be durable when it is made (thesis §3.8).
extension GroupWitness {
    mutating func sent(_ envelope: PeerEnvelope) {
        let (sender, receiver) = (envelope.sender, envelope.receiver)
        let member = members[sender] ?? Member()
        if member.isLost { fail("member \(sender.label) speaks, and its disk is lost") }
        guard case .raft(let message, _) = envelope.content else { return }
        let name = "member \(sender.label) in term \(message.term.rawValue)"
        switch message.content {
        case .voteReply(isGranted: true):
            if member.log.votes[message.term] != receiver {
                fail("\(name) promises a vote that is not durable")
            }
        case .voteRequest(let request):
            if member.log.votes[message.term] != sender {
                fail("\(name) asks for votes without a durable one of its own")
            }
            let claimed = request.last.index
            let term =
                claimed == member.log.snapshot.index
                ? member.log.snapshot.term : member.log.marks[claimed]?.term ?? .zero
            if term != request.last.term { fail("\(name) claims entries that it may lose") }
        case .appendReply(let reply):
            guard case .accepted(let durable, _) = reply.outcome else { return }
            if durable > max(member.log.last.index, member.log.snapshot.index) {
                fail("\(name) confirms entry \(durable.rawValue), which it may lose")
            }
        case .append: lead(sender, in: message.term)
        default: return
        }
    }

    /// A member acts as the leader of a term: there is no other, and it has all that was committed
    /// before (Raft §5.2 and §5.4).
    mutating func lead(_ id: MemberID, in term: Term) {
        if let leader = leaders[term] {
            if leader != id {
                fail("members \(leader.label) and \(id.label) lead in term \(term.rawValue)")
            }
            return
        }
        leaders[term] = id
        let log = members[id]?.log ?? DurableLog()
        var index = highestCommit
        while index > log.snapshot.index {
            // Who wins late in an old term need not have what later leaders committed.
            if let mark = committed[index], commitTerms[index].map({ $0 < term }) == true,
                log.marks[index] != mark
            {
                let (name, place) = (id.label, index.rawValue)
                return fail("leader \(name) of term \(term.rawValue) lacks entry \(place)")
            }
            index = LogIndex(index.rawValue - 1)
        }
    }
}
