import RaftCore
import Testing

/// Bugs that Raft libraries have had when logs are brought in line.
@Suite("Known bugs of other libraries, in replication")
struct KnownBugsOfReplicationTests {
    // Raft §5.3; canonical/raft confirmed what it had only received.
    @Test func `a follower confirms what its disk has`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1\npropose n1 2")
        #expect(group.run("deliver n1 n2").allSatisfy { !$0.contains(" has ") })
        #expect(group.run("persist n2 1") == ["n2 [2] has 3 of 4, round 0 to n1"])
        #expect(group.run("persist n2 1") == ["n2 [2] has 4 of 4, round 0 to n1"])
    }

    // Ra 39490978, Ra 324d9bc5, etcd's append race: writes that were overruled complete late.
    @Test func `a late completion does not speak for entries that replaced its own`() {
        var group = TestGroup.ofThree
        group.run("cut n1 n3\npropose n1 1 3\ndeliver n1 n2\ndrop")
        let after = TestGroup.position(2, 2)
        group.tell("n2", TestGroup.append(after: after, [(3, 3)]), term: 3, from: "n3")
        #expect(group["n2"].lastPosition == TestGroup.position(5, 3))
        // The first write is the overruled one; it says that the log was durable up to 5.
        #expect(group.run("persist n2 1") == ["n2 does nothing"])
        #expect(group["n2"].persistedIndex == LogIndex(2))
        #expect(group.run("persist n2").contains("n2 [3] has 5 of 5, round 0 to n3"))
    }

    // Guard 12b: the suffix of an older leader is durable, and says nothing to a newer one.
    @Test func `a follower confirms what its leader has confirmed`() {
        var group = TestGroup.ofThree
        group.run("cut n1 n3\npropose n1 1 3\ndeliver n1 n2\ndrop\npersist n2\ndrop")
        #expect(group["n2"].persistedIndex == LogIndex(5))
        let heartbeat = TestGroup.append(after: TestGroup.position(2, 2), commit: 9, round: 1)
        let reply = group.tell("n2", heartbeat, term: 3, from: "n3")
        #expect(reply.contains("n2 [3] has 2 of 2, round 1 to n3"))
        #expect(group["n2"].commitIndex == LogIndex(2))
    }

    // Ra #508: the leader's commit index may lie beyond what a message shows.
    @Test func `a follower commits what a message showed it`() {
        var group = TestGroup.ofThree
        group.run("cut n1 n3\npropose n1 1 3\ndeliver n1 n2\npersist n2\ndrop")
        let one = TestGroup.append(after: TestGroup.position(2, 2), [(2, 1)], commit: 5)
        group.tell("n2", one, term: 3, from: "n3")
        #expect(group["n2"].commitIndex == LogIndex(3))
    }

    // async-raft 9540c904: a short or late message is no reason to cut the log.
    @Test func `only an entry of another term cuts the log`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1 3\ndeliver n1 n2\npersist n2\ndrop")
        let short = TestGroup.append(after: TestGroup.position(2, 2), [(2, 1)])
        group.tell("n2", short, term: 2, from: "n1")
        #expect(group["n2"].lastPosition.index == LogIndex(5))
        let other = TestGroup.append(after: TestGroup.position(3, 2), [(3, 1)])
        group.tell("n2", other, term: 3, from: "n3")
        #expect(group["n2"].lastPosition == TestGroup.position(4, 3))
    }

    // Guard 14, and no trap: a member that contradicts what is committed is not believed.
    @Test func `a message cannot overrule a committed entry`() {
        var group = TestGroup.ofThree
        let evil = TestGroup.append(after: TestGroup.position(1, 1), [(3, 2)])
        #expect(
            group.tell("n2", evil, term: 3, from: "n3").last
                == "n2 drops a message of n3: overrulesCommitted")
        #expect(group["n2"].lastPosition == TestGroup.position(2, 2))
    }

    @Test func `two leaders of one term are not followed`() {
        var group = TestGroup.ofThree
        let heartbeat = TestGroup.append(after: TestGroup.position(2, 2), round: 1)
        for name in ["n1", "n2"] {
            #expect(
                group.tell(name, heartbeat, term: 2, from: "n3")
                    == ["\(name) drops a message of n3: secondLeader"])
        }
    }

    @Test func `a member cannot confirm what its leader does not have`() {
        var group = TestGroup.ofThree
        let reply = AppendReply(
            round: .zero, outcome: .accepted(durable: LogIndex(9), validated: LogIndex(9)))
        #expect(
            group.tell("n1", .appendReply(reply), term: 2, from: "n2")
                == ["n1 drops a message of n2: confirmsUnknown"])
    }

    // etcd #14370, with others: the leader is one of the majority only when its disk is.
    @Test func `a leader does not count entries that its disk has not confirmed`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1\ndeliver n1 n2\npersist n2\ndeliver n2 n1")
        #expect(group["n1"].commitIndex == LogIndex(2))
        group.run("persist n1")
        #expect(group["n1"].commitIndex == LogIndex(3))
    }

    // TiKV #17868: what the others made durable is committed, not applied, until it is durable here.
    @Test func `a leader applies what is durable here`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1\ndeliver n1 n2\ndeliver n1 n3\npersist n2\npersist n3")
        let lines = group.run("deliver n2 n1\ndeliver n3 n1")
        #expect(lines.contains("n1 commits 3"))
        #expect(!lines.contains("n1 applies 3"))
        #expect(group.run("persist n1") == ["n1 applies 3"])
    }

    // Guard 53: one question until it is answered, so a refusal comes back once.
    @Test func `a member whose log is not known is sent one message at a time`() {
        var group = TestGroup("group n1 n2 n3\npass 900\ncampaign n1\ndeliver\ndeliver\npersist n1")
        group.run("deliver n1 n2\npersist n2\ndeliver n2 n1")
        #expect(group["n1"].role == .leader)
        #expect(group.run("propose n1 1\npropose n1 2").allSatisfy { !$0.contains("after") })
    }

    // Guard 54: entries are sent ahead of answers, so a lost one must show.
    @Test func `a lost message shows at the next heartbeat`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1\ndrop")
        #expect(group["n3"].lastPosition.index == LogIndex(2))
        group.run("tick n1 100\ncalm")
        #expect(group["n3"].lastPosition.index == LogIndex(3))
    }

    // Guard 55: etcd 0c22de0 trapped where the hint lay in the compacted log.
    @Test func `a hint before the log's beginning leads to a snapshot`() {
        var group = TestGroup.ofThree
        group.run("cut n1 n3\ncut n2 n3\npropose n1 1 3\ncalm\nsnapshot n1 4\ncalm")
        group.run("propose n1 2 3\ncalm\nsnapshot n1 8\ncalm\nheal\ntick n1 100\ndeliver n1 n3")
        #expect(group.run("deliver n3 n1") == ["n1 [2] snapshot 8@2 from byte 0 to n3"])
    }

    // etcd #20418, guard 39: an old echo does not confirm a newer read.
    @Test func `a read is confirmed by a round that began after it`() {
        var group = TestGroup.ofThree
        group.run("tick n1 100\ndeliver n1 n2\nread n1 1\ndrop n1 n2\ndrop n1 n3")
        #expect(group.run("deliver n2 n1") == ["n1 does nothing"])
        #expect(group.run("tick n1 100\nsettle").contains("n1 serves read 1 at 2"))
    }

    @Test func `an answer to an earlier life's read serves no read`() {
        var group = TestGroup.ofThree
        group.run("read n2 1\ndeliver n2 n1\ndeliver n1 n3\ndeliver n3 n1")
        let old = group.runner.waiting.filter { $0.to == "n2" }.map(\.message)
        group.run("crash n2\ntick n1 100\ncalm\nread n2 1")
        for message in old {
            let sender = TranscriptNames.member("n1")
            #expect(
                group.receive("n2", message, from: sender).allSatisfy { !$0.contains("serves") })
        }
        #expect(group.run("settle").contains("n2 serves read 1 at 2"))
    }
}
