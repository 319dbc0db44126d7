import CBOR
import RaftCore
import Testing

@testable import RaftRuntime

/// Questions that the leader's machine answers without the log, and what machines want by themselves.
@Suite("Questions to the leader") struct QuestionTests {
    private static let traits: CommandTraits = [.isQuestion, .isRepeatable]

    private func follower(_ cluster: ManualCluster, of leader: ManualCluster.Site) throws
        -> ManualCluster.Site
    {
        try #require(cluster.sites.first { $0.member != leader.member })
    }

    @Test func `every member gets the leader's answer, and nothing is in the log`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        let write = cluster.propose([1], at: leader)
        cluster.run(for: .milliseconds(300))
        #expect(write.value?.isCommitted == true)
        let last = leader.status.lastPosition
        let answers = cluster.sites.map { cluster.propose([7], at: $0, traits: Self.traits) }
        cluster.run(for: .milliseconds(300))
        for answer in answers { #expect(answer.value?.isCommitted == true) }
        #expect(leader.machine.state.withLock { $0.questions } == [[7], [7], [7]])
        #expect(leader.status.lastPosition == last)
        for site in cluster.sites where site.member != leader.member {
            #expect(site.machine.state.withLock { $0.questions } == [])
        }
    }

    @Test func `a leader that is cut off answers nothing, and its successor does`() throws {
        let cluster = try ManualCluster(3)
        let old = try cluster.elect()
        cluster.run(for: .milliseconds(300))
        cluster.network.isolate(old.member, from: cluster.members)
        let answer = cluster.propose([7], at: old, traits: Self.traits, timeout: .seconds(30))
        cluster.run(for: .seconds(5))
        #expect(answer.value == nil)
        #expect(old.machine.state.withLock { $0.questions } == [])
        cluster.network.heal()
        cluster.run(for: .seconds(5)) { answer.value != nil }
        #expect(answer.value?.isCommitted == true)
        let new = try cluster.elect()
        #expect(new.member != old.member)
        #expect(new.machine.state.withLock { $0.questions } == [[7]])
    }

    @Test func `a question is lost in a minority within its timeout`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        let follower = try follower(cluster, of: leader)
        cluster.network.isolate(follower.member, from: cluster.members)
        let answer = cluster.propose(
            [7], at: follower, traits: Self.traits, timeout: .seconds(1))
        cluster.run(for: .seconds(2))
        #expect(answer.value != nil)
        #expect(answer.value?.isCommitted == false)
    }

    @Test func `what is no question to the machine is refused`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        let follower = try follower(cluster, of: leader)
        for site in [leader, follower] {
            let answer = cluster.propose(JournalMachine.noQuestion, at: site, traits: Self.traits)
            cluster.run(for: .milliseconds(300))
            #expect(answer.value?.isCommitted == false)
        }
    }

    @Test func `a member that is alone answers its questions`() throws {
        let cluster = try ManualCluster(1)
        let leader = try cluster.elect()
        let answer = cluster.propose([7], at: leader, traits: Self.traits)
        cluster.settle()
        #expect(answer.value?.isCommitted == true)
    }

    @Test func `a machine gets what it wants at its time, on every member`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        cluster.run(for: .milliseconds(300))
        for site in cluster.sites {
            let isLeader = site.member == leader.member
            #expect(
                site.machine.state.withLock { $0.askedIn }
                    == (isLeader ? leader.status.term : nil))
            let outcome = Lock<String?>(nil)
            site.machine.state.withLock { state in
                state.wishTime = cluster.clock.now().advanced(by: .milliseconds(200))
                state.wishes = [
                    MachineWish([9], traits: .isRepeatable, timeout: .seconds(5)) { value in
                        outcome.withLock { $0 = value.isCommitted ? "committed" : "lost" }
                    }
                ]
            }
            let count = leader.machine.commands.count
            cluster.run(for: .milliseconds(100))
            #expect(leader.machine.commands.count == count)
            cluster.run(for: .milliseconds(500))
            #expect(outcome.withLock { $0 } == "committed")
            #expect(leader.machine.commands.count == count + 1)
        }
    }

    @Test func `a question on the wire is a command with one part more`() throws {
        var bytes: [[UInt8]] = []
        for isQuestion in [false, true] {
            let command = ForwardedCommand(
                number: 1, payload: [7], mayUseReserve: false, timeout: .nanoseconds(5),
                isQuestion: isQuestion)
            var writer = CBORWriter()
            command.write(to: &writer)
            let written = writer.finish()
            bytes.append(written)
            try written.withUnsafeBytes { written in
                var reader = CBORReader(written)
                let read = try ForwardedCommand(from: &reader)
                #expect(read == command)
            }
        }
        #expect(bytes == [[0x84, 1, 0x41, 7, 0xF4, 5], [0x85, 1, 0x41, 7, 0xF4, 5, 0xF5]])
    }
}
