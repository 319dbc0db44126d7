import Testing

@testable import RaftCore

/// Bugs that Raft libraries have had with members, handovers and snapshots.
@Suite("Known bugs of other libraries, with members and snapshots")
struct KnownBugsOfMembershipTests {
    private let behind = """
        cut n1 n3
        cut n2 n3
        propose n1 1 3
        calm
        snapshot n1 4
        calm
        propose n1 2 3
        calm
        snapshot n1 8
        calm
        heal
        tick n1 100
        deliver n1 n3
        deliver n3 n1
        """

    // Ongaro, 2015.
    @Test func `no member is changed before an entry of the leader's term is committed`() {
        var group = TestGroup("group n1 n2 n3\npass 900\ncampaign n1\ndeliver\ndeliver\npersist n1")
        group.run("deliver n1 n2\npersist n2\ndeliver n2 n1")
        #expect(group["n1"].role == .leader)
        #expect(group.run("remove n1 1 n3") == ["n1 rejects proposal 1: underWay"])
        group.run("calm")
        #expect(group.run("remove n1 1 n3").first == "n1 accepts change 1 at 3")
    }

    // k0s #7639.
    @Test func `a new member is a learner, and counts in no quorum`() {
        var group = TestGroup("group n1\nelect n1\nadd n1 1 n2 promotes\npersist n1")
        #expect(group["n1"].configuration.voters == [group["n1"].id])
        #expect(group["n1"].commitIndex == LogIndex(3))
        group.run("tick n1 100\ntick n1 100\npropose n1 2\npersist n1")
        #expect(group["n1"].commitIndex == LogIndex(4))
        #expect(!group["n1"].configuration.isJoint)
    }

    // Ra 82e5ca2f, bb04b866, canonical/raft #250.
    @Test func `a configuration that is overruled is in force no longer`() {
        var group = TestGroup.ofThree
        group.run("cut n1 n2\ncut n1 n3\nremove n1 1 n3\ncalm")
        #expect(group["n1"].configuration.isJoint)
        group.run("elect n2\nheal\ntick n2 100\ncalm")
        #expect(group["n1"].configuration == group["n2"].configuration)
        #expect(!group["n1"].configuration.isJoint)
    }

    // async-raft 6c0ccaf3.
    @Test func `a restart in the middle of a change finds both sets of voters`() {
        var group = TestGroup.ofThree
        group.run("remove n1 1 n3\npersist n1\ncrash n1")
        #expect(group["n1"].configuration.isJoint)
        #expect(group["n1"].configuration.outgoing.count == 3)
    }

    // Ra seeds its own index unconditionally.
    @Test func `a leader that is being removed needs the others`() {
        var group = TestGroup.ofThree
        group.run("remove n1 1 n1\npersist n1\ndeliver n1 n2\npersist n2\ndeliver n2 n1")
        #expect(group["n1"].commitIndex == LogIndex(2))
        group.run("deliver n1 n3\npersist n3\ndeliver n3 n1")
        #expect(group["n1"].commitIndex == LogIndex(3))
    }

    // Thesis §4.2.2, figure 4.6; cluster seeds 13205 and 14686 ended with nobody who could be elected.
    @Test func `a leader that leaves can be elected until its leaving is committed`() {
        var group = TestGroup("group n1 n2\nelect n2\nremove n2 1 n2\npersist n2\ndeliver n2 n1")
        group.run("persist n1\ndeliver n1 n2\npersist n2\ndrop\ncut n1 n2")
        #expect(!group["n2"].configuration.isJoint)
        #expect(group["n1"].configuration.isJoint)
        group.run((0..<10).map { _ in "tick n2 100\ndrop" }.joined(separator: "\n"))
        #expect(group["n2"].role == .follower)
        group.run("heal\nelect n1")
        #expect(group["n1"].role == .follower, "the log of n2 is longer")
        group.run("tick n2 900\ncalm")
        #expect(group["n1"].role == .leader)
        #expect(group["n1"].configuration.voters == [group["n1"].id])
        #expect(!group["n1"].configuration.isJoint)
        #expect(group["n2"].electionDeadline == nil, "it has left")
    }

    // Guard 60.
    @Test func `whoever leads next ends a change`() {
        var group = TestGroup.ofThree
        group.run("remove n1 1 n3\ndeliver n1 n2\npersist n2\ndrop\ncrash n1\nelect n2")
        #expect(group["n2"].role == .leader)
        #expect(!group["n2"].configuration.isJoint)
        #expect(group["n2"].configuration.voters.count == 2)
    }

    // Ra #636, hashicorp #581.
    @Test func `leadership goes to a level member, and no proposal slips in between`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1")
        #expect(group.run("transfer n1 n2") == ["n1 does nothing"])
        #expect(group.run("propose n1 2") == ["n1 rejects proposal 2: transferring to n2"])
        #expect(group.run("deliver n1 n2\npersist n2\ndeliver n2 n1").last?.contains("now") == true)
    }

    // Guard 42: the lease is void before the other member may be elected.
    @Test func `a lease ends when a handover begins`() {
        var group = TestGroup.ofThree
        group.run("tick n1 100\ncalm")
        #expect(group.run("lease n1 1") == ["n1 serves read 1 at 2"])
        group.run("transfer n1 n2")
        #expect(!group.run("lease n1 2").contains("n1 serves read 2 at 2"))
    }

    // Ra 94add0eb, 3b904736.
    @Test func `a member votes while it receives a snapshot`() {
        var group = TestGroup.ofThree
        group.run(behind + "\ndeliver n1 n3\npass 900")
        let ask = VoteRequest(last: TestGroup.position(8, 2))
        group.tell("n3", .voteRequest(ask), term: 3, from: "n2")
        #expect(group.run("persist n3").contains("n3 [3] vote granted to n2"))
    }

    // Guard 28.
    @Test func `a snapshot that is behind the log is answered with where the log is`() {
        var group = TestGroup.ofThree
        let chunk = SnapshotChunk(
            position: TestGroup.position(1, 1), configuration: group["n2"].configuration,
            offset: 0, byteCount: 5, isLast: true, round: ReadRound(1))
        #expect(
            group.tell("n2", .snapshot(chunk), term: 2, from: "n1")
                == ["n2 [2] has 2 of 2, round 1 to n1"])
    }

    // Guards 30 and 31: what belongs to another log goes, what belongs to this one stays.
    @Test func `a snapshot replaces a log that differs, and only that`() {
        var group = TestGroup.ofThree
        group.run("propose n1 1 6\ndeliver n1 n2\npersist n2\ndrop")
        let same = SnapshotChunk(
            position: TestGroup.position(5, 2), configuration: group["n2"].configuration,
            offset: 0, byteCount: 5, isLast: true, round: ReadRound(1))
        group.tell("n2", .snapshot(same), term: 2, from: "n1")
        #expect(group["n2"].lastPosition.index == LogIndex(8))
        #expect(group["n2"].commitIndex == LogIndex(5))
        let other = SnapshotChunk(
            position: TestGroup.position(7, 3), configuration: group["n2"].configuration,
            offset: 0, byteCount: 5, isLast: true, round: ReadRound(1))
        group.tell("n2", .snapshot(other), term: 3, from: "n3")
        group.run("report n2\nreport n2")
        #expect(group["n2"].lastPosition == TestGroup.position(7, 3))
        #expect(group.run("persist n2").contains("n2 restores snapshot 7@3"))
    }

    // async-raft 447dc11c.
    @Test func `the configuration of a snapshot overrules that of the log`() {
        var group = TestGroup.ofThree
        let new = Configuration(voters: [1, 2].map { TranscriptNames.member("n\($0)") })
        let chunk = SnapshotChunk(
            position: TestGroup.position(9, 2), configuration: new, offset: 0, byteCount: 5,
            isLast: true, round: ReadRound(1))
        group.tell("n2", .snapshot(chunk), term: 2, from: "n1")
        group.run("report n2\nreport n2\npersist n2")
        #expect(group["n2"].configuration == new)
    }

    // Guard 56: a member that gets a snapshot needs the entries after it next.
    @Test func `nothing is compacted while a snapshot is sent`() {
        var group = TestGroup.ofThree
        group.run(behind)
        group.run("cut n1 n3\npropose n1 3 3\ncalm\nsnapshot n1 10\ncalm")
        #expect(group["n1"].snapshotPosition.index == LogIndex(10))
        #expect(group["n1"].term(at: LogIndex(5)) != nil)
        group.run("heal\ntick n1 700\ncalm\ntick n1 700\ncalm")
        #expect(group["n3"].commitIndex == LogIndex(11))
        #expect(group["n1"].term(at: LogIndex(5)) == nil)
    }

    // Guard 58: a member that is gone does not hold up compaction for ever.
    @Test func `a snapshot for a member that never answers is given up`() {
        var group = TestGroup.ofThree
        group.run(behind + "\ncut n1 n3\ncut n2 n3")
        group.run("propose n1 3 3\ncalm\nsnapshot n1 10\ncalm")
        for _ in 0..<45 { group.run("tick n1 400\ncalm") }
        #expect(group["n1"].role == .leader)
        #expect(group["n1"].term(at: LogIndex(5)) == nil)
    }

    // Guard 61 and 63.
    @Test func `a group without quorum takes a limited number of bytes`() {
        var group = TestGroup.ofThree
        group.run("cut n1 n2\ncut n1 n3")
        group.run("propose n1 1 1 67108864")
        #expect(
            group.run("propose n1 2 1 1") == ["n1 rejects proposal 2: too many uncommitted bytes"])
    }
}
