import RaftCore
import Testing

@testable import RaftRuntime

/// Commands whose bytes are made when their place in the log is known.
@Suite("Commands that are made late") struct LateCommandTests {
    /// Proposes a command that is made of its index, and notes what there was when it was made.
    private static func propose(
        to group: RaftGroup<JournalMachine>, noting notes: Lock<[[UInt64]]>,
        traits: CommandTraits = []
    ) -> Answer<ProposalOutcome<Int>> {
        let answer = Answer<ProposalOutcome<Int>>()
        let machine = group.machine
        let content = CommandContent.late(expectedByteCount: 1) { place in
            let speculated = machine.state.withLock { $0.speculated.map(\.rawValue) }
            notes.withLock { $0.append([place.index.rawValue] + speculated) }
            return [UInt8(place.index.rawValue)]
        }
        group.propose(content, traits: traits, timeout: .seconds(20)) { answer.set($0) }
        return answer
    }

    @Test func `one is made after everything before it in the log`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let notes = Lock<[[UInt64]]>([])
        _ = manual.propose([100], to: group)
        let first = Self.propose(to: group, noting: notes)
        _ = manual.propose([101], to: group)
        let second = Self.propose(to: group, noting: notes)
        manual.drain()
        #expect(notes.withLock { $0 } == [[4, 3], [6, 3, 4, 5]])
        #expect(group.machine.commands == [[100], [4], [101], [6]])
        #expect(first.value?.summary == "committed 4 → 2")
        #expect(second.value?.summary == "committed 6 → 4")
    }

    @Test func `what waits for the log counts what was expected, and nothing afterwards`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let answer = Self.propose(to: group, noting: Lock([]))
        manual.drain()
        #expect(answer.value?.isCommitted == true)
        manual.drain()
        #expect(manual.host.statistics.waitingBytes == 0)
    }

    @Test func `a member that does not lead rejects one`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        cluster.run(for: .milliseconds(300))
        let follower = try #require(cluster.sites.first { $0.member != leader.member })
        let notes = Lock<[[UInt64]]>([])
        let answer = Self.propose(to: try #require(follower.group), noting: notes)
        cluster.run(for: .milliseconds(300)) { answer.value != nil }
        #expect(answer.isRejected(.notLeader(hint: leader.member)))
        #expect(notes.withLock { $0 }.isEmpty)
    }

    @Test func `one that was made goes to the next leader as it is`() throws {
        let cluster = try ManualCluster(3)
        let old = try cluster.elect()
        cluster.network.isolate(old.member, from: cluster.members)
        let notes = Lock<[[UInt64]]>([])
        let answer = Self.propose(
            to: try #require(old.group), noting: notes, traits: .isRepeatable)
        cluster.run(for: .seconds(3))
        let made = try #require(notes.withLock { $0.first?.first })
        cluster.network.heal()
        cluster.run(for: .seconds(5)) { answer.value != nil }
        #expect(answer.value?.isCommitted == true)
        #expect(notes.withLock { $0.count } == 1)
        cluster.run(for: .milliseconds(300))
        for site in cluster.sites { #expect(site.machine.commands == [[UInt8(made)]]) }
    }
}
