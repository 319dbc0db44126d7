import RaftCore
import Testing

/// Bugs that Raft libraries have had in groups of several members: elections and the log.
@Suite("Known bugs of other libraries, in groups")
struct KnownBugsOfGroupsTests {
    private let ask = VoteRequest(last: TestGroup.position(9, 2))

    // Thesis §3.8, canonical/raft #386: vote and earlier entries are durable before the reply.
    @Test func `a vote leaves when it is durable, and all written before it`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1\ndeliver n1 n2\npass 900")
        let asked = group.tell("n2", .voteRequest(ask), term: 3, from: "n3")
        #expect(asked.last == "n2 write 8: term 3, vote for n3")
        #expect(group.run("persist n2 2").contains("n2 does nothing"))
        #expect(group.run("persist n2 1") == ["n2 [3] vote granted to n3"])
    }

    // openraft io_ordering; a voter that forgot its promise would make it twice.
    @Test func `a crash before the vote is durable leaves a vote nobody heard of`() {
        var group = TestGroup.ofThree
        group.run("pass 900")
        group.tell("n2", .voteRequest(ask), term: 3, from: "n3")
        group.run("crash n2\npass 900")
        let other = group.tell("n2", .voteRequest(ask), term: 3, from: "n1")
        #expect(other.last == "n2 write 2: term 3, vote for n1")
    }

    // Ra counts integers; a network may repeat a message.
    @Test func `votes are counted by voter, not by message`() {
        var group = TestGroup("group n1 n2 n3 n4 n5\npass 900\ncampaign n1")
        for name in ["n2", "n2", "n2"] {
            let reply = PreVoteReply(term: Term(1), isGranted: true)
            group.tell("n1", .preVoteReply(reply), term: 1, from: name)
        }
        #expect(group["n1"].role == .follower)
        group.tell(
            "n1", .preVoteReply(PreVoteReply(term: Term(1), isGranted: true)), term: 1, from: "n3")
        group.run("persist n1")
        for _ in 0..<3 {
            group.tell("n1", .voteReply(isGranted: true), term: 2, from: "n2")
        }
        #expect(group["n1"].role == .candidate)
        group.tell("n1", .voteReply(isGranted: true), term: 2, from: "n3")
        #expect(group["n1"].role == .leader)
    }

    // A group whose only missing voter was behind in terms never had a leader again.
    @Test func `a pre-vote counts although the voter is in an older term`() {
        for (asked, role) in [(0, RaftRole.candidate), (1, .follower)] {
            var group = TestGroup.ofThree
            group.run("pass 900\ncampaign n2")
            let term = group["n2"].term.rawValue
            let reply = PreVoteReply(term: Term(term - UInt64(asked)), isGranted: true)
            group.tell("n2", .preVoteReply(reply), term: term - 1, from: "n3")
            #expect(group["n2"].role == role, "granted for the term \(asked) before")
        }
    }

    // dragonboat #256, KIP-853: a member that lost its disk comes back as another member.
    @Test func `a vote of another incarnation does not count`() {
        var group = TestGroup("group n1 n2 n3\npass 900\ncampaign n1\ndeliver\ndeliver\npersist n1")
        let wiped = MemberID(node: 2, incarnation: Identifier128(high: 1, low: 1))
        let vote = RaftMessage(term: Term(2), content: .voteReply(isGranted: true))
        _ = group.receive("n1", vote, from: wiped)
        #expect(group["n1"].role == .candidate)
    }

    // async-raft a48a3282: term and index are one position, compared by term first.
    @Test func `a longer log of an older term gets no vote`() {
        var group = TestGroup.ofThree
        group.run("elect n2\npass 900")
        let longer = VoteRequest(last: TestGroup.position(50, 2))
        let reply = group.tell("n3", .voteRequest(longer), term: 4, from: "n1")
        #expect(reply.last == "n3 [4] vote refused to n1")
        let equal = VoteRequest(last: group["n3"].lastPosition)
        #expect(group.tell("n3", .voteRequest(equal), term: 4, from: "n1").count == 1)
    }

    // canonical/raft #429: a candidate claims nothing that a crash could take back.
    @Test func `a candidate asks for votes when its whole log is durable`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1\ndeliver n1 n2\ndrop\npass 900\ncampaign n2\ndeliver\ndeliver")
        #expect(group["n2"].role == .candidate)
        #expect(group.run("persist n2 1") == ["n2 does nothing"])
        let asked = group.run("persist n2")
        #expect(asked.contains("n2 [3] vote for me at 3@2 to n3"))
    }

    // etcd `campaign_learner_must_vote`: the candidate may know of a promotion that this one does not.
    @Test func `a member that believes it is a learner votes`() {
        var group = TestGroup("group n1\nelect n1\nserver n2\nadd n1 1 n2\ncalm\npass 900")
        group.tell("n2", .voteRequest(ask), term: 3, from: "n7")
        #expect(group.run("persist n2").last == "n2 [3] vote granted to n7")
    }

    // Ra bbd00102, hashicorp #609.
    @Test func `answering a pre-vote changes nothing`() {
        var group = TestGroup.ofThree
        group.run("pass 900")
        let before = group["n2"]
        group.tell("n2", .preVoteRequest(VoteRequest(last: ask.last)), term: 7, from: "n3")
        #expect(group["n2"] == before)
    }

    // Thesis §4.2.3: a removed member's timer never stops.
    @Test func `a member that heard its leader ignores newer candidates`() {
        var group = TestGroup.ofThree
        #expect(
            group.tell("n2", .voteRequest(ask), term: 9, from: "n3") == ["n2 does nothing"])
        #expect(group["n2"].term == Term(2))
        let transfer = VoteRequest(last: ask.last, isTransfer: true)
        group.tell("n2", .voteRequest(transfer), term: 9, from: "n3")
        #expect(group["n2"].term == Term(9))
    }

    // etcd: with pre-vote a member ahead in terms would hear no leader and win no election.
    @Test func `a leader hears of a newer term from whom it leads`() {
        var group = TestGroup.ofThree
        group.tell("n3", .outdated, term: 6, from: "n2")
        #expect(group["n3"].term == Term(6))
        group.run("tick n1 100\nsettle")
        #expect(group["n1"].term == Term(6))
        #expect(group["n1"].role == .follower)
        group.run("elect n1")
        #expect(group["n3"].leader == group["n1"].id)
    }

    // openraft #2080, and guard 51: a message that is no echo does not show a quorum.
    @Test func `a leader that is asked but not answered steps down`() {
        var group = TestGroup.ofThree
        for _ in 0..<9 {
            group.run("tick n1 100\ndrop")
            let asked = VoteRequest(last: .zero)
            group.tell("n1", .preVoteRequest(asked), term: 2, from: "n2")
            group.tell("n1", .preVoteRequest(asked), term: 2, from: "n3")
        }
        #expect(group["n1"].role == .follower)
        #expect(group.run("tick n1\ndrop").allSatisfy { !$0.contains("nothing after") })
    }

    // Redpanda #30817: a refusal follows a sign of life.
    @Test func `a refused message keeps a follower from an election`() {
        var group = TestGroup.ofThree
        group.run("pass 390")
        let far = TestGroup.append(after: TestGroup.position(40, 2))
        #expect(group.tell("n2", far, term: 2, from: "n1").last?.contains("lacks 40") == true)
        #expect(group.run("tick n2 390") == ["n2 does nothing"])
    }

    // Guard 43: an echo of another term confirms nothing.
    @Test func `an answer of an older term is passed over`() {
        var group = TestGroup.ofThree
        group.run("elect n2\nread n2 1\ndrop")
        let reply = AppendReply(
            round: ReadRound(1),
            outcome: .accepted(durable: LogIndex(3), validated: LogIndex(3)))
        #expect(group.tell("n2", .appendReply(reply), term: 2, from: "n1") == ["n2 does nothing"])
        #expect(
            group.tell("n2", .appendReply(reply), term: 3, from: "n1").contains(
                "n2 serves read 1 at 3"))
    }
}
