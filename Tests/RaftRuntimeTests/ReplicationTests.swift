import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Replication by hosts")
struct ReplicationTests {
    @Test func `a write at the leader is applied by every member`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        let answer = cluster.propose([1], at: leader)
        cluster.run(for: .milliseconds(300))
        #expect(answer.value?.isCommitted == true)
        for site in cluster.sites { #expect(site.machine.commands == [[1]]) }
    }

    @Test func `a write at a follower is answered once it is applied there`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        guard let follower = cluster.sites.first(where: { $0.member != leader.member }) else {
            return
        }
        let answer = cluster.propose([7], at: follower)
        cluster.run(for: .seconds(1)) {
            let isAnswered = answer.value != nil
            if isAnswered { #expect(follower.machine.commands == [[7]]) }
            return isAnswered
        }
        #expect(answer.value?.isCommitted == true)
        #expect(follower.machine.commands == [[7]])
    }

    @Test func `in a minority a write ends within its timeout and says so`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        cluster.network.isolate(leader.member, from: cluster.members)
        let known = cluster.propose([1], at: leader, timeout: .seconds(3))
        cluster.run(for: .seconds(2))
        let late = cluster.propose([2], at: leader, timeout: .seconds(3))
        cluster.run(for: .seconds(4))
        #expect(known.value?.summary == "unknown notLeader(hint: nil)")
        #expect(late.value?.summary == "rejected notLeader(hint: nil)")
    }

    @Test func `another member leads when the leader is gone, and the old one follows`() throws {
        let cluster = try ManualCluster(3)
        let old = try cluster.elect()
        let first = cluster.propose([1], at: old)
        cluster.run(for: .milliseconds(300))
        cluster.network.isolate(old.member, from: cluster.members)
        let lost = cluster.propose([99], at: old, timeout: .seconds(20))
        cluster.run(for: .seconds(3))
        let new = try cluster.elect()
        #expect(new.member != old.member)
        let second = cluster.propose([2], at: new)
        cluster.run(for: .milliseconds(300))
        cluster.network.heal()
        cluster.run(for: .seconds(3))
        #expect(first.value?.isCommitted == true)
        #expect(second.value?.isCommitted == true)
        #expect(lost.value?.summary.hasPrefix("unknown notLeader") == true)
        for site in cluster.sites { #expect(site.machine.commands == [[1], [2]]) }
    }

    @Test func `writes that a former leader refuses keep their order`() throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        cluster.run(for: .milliseconds(300))
        guard let follower = cluster.sites.first(where: { $0.member != leader.member }) else {
            return
        }
        // It is back before the others miss it, and leads no more.
        cluster.crash(leader)
        try cluster.start(leader, bootstrap: Configuration(voters: cluster.members))
        let answers = (1...5).map { cluster.propose([$0], at: follower, timeout: .seconds(20)) }
        cluster.settle()
        #expect(answers.allSatisfy { $0.value == nil })
        cluster.run(for: .seconds(5)) { answers.allSatisfy { $0.value != nil } }
        #expect(answers.allSatisfy { $0.value?.isCommitted == true })
        #expect(follower.machine.commands == [[1], [2], [3], [4], [5]])
    }

    @Test func `a repeatable write survives the loss of the leader it was at`() throws {
        let cluster = try ManualCluster(3)
        let old = try cluster.elect()
        cluster.network.isolate(old.member, from: cluster.members)
        let answer = Answer<ProposalOutcome<Int>>()
        let repetitions = Lock(0)
        old.group?.propose(
            .bytes([5]), traits: .isRepeatable, timeout: .seconds(20),
            onRepetition: { repetitions.withLock { $0 += 1 } }
        ) { answer.set($0) }
        cluster.run(for: .seconds(3))
        #expect(repetitions.withLock { $0 } == 0, "it is in the log of the old leader still")
        cluster.network.heal()
        cluster.run(for: .seconds(5)) { answer.value != nil }
        #expect(repetitions.withLock { $0 } == 1)
        #expect(answer.value?.isCommitted == true)
        cluster.run(for: .milliseconds(300))
        for site in cluster.sites { #expect(site.machine.commands == [[5]]) }
    }

    @Test func `a repeatable write whose answer is lost is sent to the same leader once more`()
        throws
    {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        cluster.run(for: .milliseconds(300))
        let follower = try #require(cluster.sites.first { $0.member != leader.member })
        cluster.network.loseAnswers()
        let answers = [CommandTraits.isRepeatable, []].map {
            cluster.propose([UInt8($0.rawValue)], at: follower, traits: $0, timeout: .seconds(4))
        }
        cluster.run(for: .milliseconds(900))
        #expect(follower.machine.commands == [[2], [0]])
        cluster.network.loseAnswers(false)
        cluster.run(for: .milliseconds(300)) { answers[0].value != nil }
        #expect(answers[0].value?.isCommitted == true)
        #expect(answers[1].value == nil, "it must not be applied twice")
        cluster.run(for: .seconds(5))
        #expect(answers[1].value?.summary == "unknown timedOut")
        #expect(follower.machine.commands == [[2], [0], [2]], "a session tells the two apart")
    }

    @Test func `a command that is sent again while it is under way is taken once`() {
        let tray = AnswerTray()
        let sites = (1...2).map { MemberID(node: $0, incarnation: Identifier128(high: 5, low: $0)) }
        let routes = sites.map { Outbox.Route(slot: GroupSlot(rawValue: 0), member: $0) }
        #expect(tray.begin(7, of: routes[0]))
        #expect(!tray.begin(7, of: routes[0]))
        #expect(tray.begin(7, of: routes[1]), "another member has numbers of its own")
        tray.add(ForwardedAnswer(number: 7, outcome: .rejected(.timedOut)), to: routes[0])
        #expect(tray.begin(7, of: routes[0]))
        #expect(tray.take().map(\.answers.count) == [1])
    }

    @Test func `a member that crashed catches up from the leader's log`() throws {
        let cluster = try ManualCluster(3) { $0.recentBytesMaximum = 1 }
        let leader = try cluster.elect()
        guard let other = cluster.sites.first(where: { $0.member != leader.member }) else {
            return
        }
        cluster.crash(other)
        for value in 0..<200 as Range<UInt8> {
            _ = cluster.propose([value], at: leader)
            cluster.settle()
        }
        cluster.run(for: .milliseconds(200))
        try cluster.start(other, bootstrap: Configuration(voters: cluster.members))
        cluster.run(for: .seconds(3))
        #expect(other.machine.commands.count == 200)
        #expect(other.machine.commands == leader.machine.commands)
    }

    @Test func `a member that was away past the compaction comes back by snapshot`() throws {
        let cluster = try ManualCluster(3) {
            $0.snapshots = SnapshotPolicy(logBytesMinimum: 400, logPercentage: 0)
        }
        let leader = try cluster.elect()
        guard let other = cluster.sites.first(where: { $0.member != leader.member }) else {
            return
        }
        cluster.crash(other)
        for value in 0..<200 as Range<UInt8> {
            _ = cluster.propose([value], at: leader)
            cluster.run(for: .milliseconds(10))
        }
        try cluster.start(other, bootstrap: Configuration(voters: cluster.members))
        cluster.run(for: .seconds(5))
        #expect(other.machine.commands == leader.machine.commands)
        let events = other.events.withLock { $0 }
        #expect(
            events.contains { if case .snapshotInstalled = $0 { true } else { false } },
            "\(events)")
        let status = try #require(other.statusWithSnapshot.withLock { $0 })
        #expect(
            status.snapshotPosition.index == status.appliedIndex,
            "who is answered now finds the snapshot in the status")
        // It goes on from there, also after another start.
        cluster.crash(other)
        try cluster.start(other, bootstrap: Configuration(voters: cluster.members))
        let answer = cluster.propose([250], at: leader)
        cluster.run(for: .seconds(2))
        #expect(answer.value?.isCommitted == true)
        #expect(other.machine.commands == leader.machine.commands)
    }

    /// Without a reserve it writes nothing meanwhile; with one it writes, and is short of space.
    @Test(arguments: [0, 10_000])
    func `a follower whose disk was full goes on when there is space`(reserve: Int) throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        guard let other = cluster.sites.first(where: { $0.member != leader.member }) else {
            return
        }
        other.log.state.withLock { ($0.space, $0.reserve) = (0, reserve) }
        let first = cluster.propose([1], at: leader)
        cluster.run(for: .seconds(1))
        #expect(first.value?.isCommitted == true)
        #expect(other.machine.commands.isEmpty == (reserve == 0))
        #expect(other.host?.statistics.isFull == true)
        other.log.state.withLock { $0.space = .max }
        cluster.run(for: .seconds(2)) {
            other.machine.commands == [[1]] && other.host?.statistics.isFull == false
        }
        #expect(other.machine.commands == [[1]])
        #expect(other.host?.statistics.isFull == false)
    }

    @Test func `linearizable reads work on every member and fail in a minority`() async throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        _ = cluster.propose([1], at: leader)
        cluster.run(for: .milliseconds(200))
        for site in cluster.sites {
            guard let group = site.group else { continue }
            let read = Task { await group.linearize(timeout: .seconds(2)) }
            await Task.yield()
            let outcome = await outcome(of: read, in: cluster)
            #expect(outcome == .success(site.status.appliedIndex))
        }
        cluster.network.isolate(leader.member, from: cluster.members)
        guard let group = leader.group else { return }
        let read = Task { await group.linearize(timeout: .seconds(2)) }
        #expect(await outcome(of: read, in: cluster) == .failure(.notLeader(hint: nil)))
    }

    private func outcome(
        of read: Task<ReadOutcome, Never>, in cluster: ManualCluster
    ) async -> ReadOutcome {
        let done = Lock<ReadOutcome?>(nil)
        let watcher = Task {
            let outcome = await read.value
            done.withLock { $0 = outcome }
        }
        while done.withLock({ $0 }) == nil {
            cluster.run(for: .milliseconds(10))
            await Task.yield()
        }
        await watcher.value
        return await read.value
    }

    @Test func `leadership moves on request without losing a write`() async throws {
        let cluster = try ManualCluster(3)
        let leader = try cluster.elect()
        guard
            let target = cluster.sites.map(\.member).first(where: { $0 != leader.member }),
            let group = leader.group
        else { return }
        let done = Lock<ControlOutcome?>(nil)
        let transfer = Task {
            let outcome = await group.transferLeadership(to: target)
            done.withLock { $0 = outcome }
        }
        var answers: [Answer<ProposalOutcome<Int>>] = []
        var value: UInt8 = 0
        while done.withLock({ $0 }) == nil {
            answers.append(cluster.propose([value], at: leader))
            value &+= 1
            cluster.run(for: .milliseconds(10))
            await Task.yield()
        }
        await transfer.value
        cluster.run(for: .seconds(1))
        #expect(cluster.leader?.member == target)
        #expect(answers.allSatisfy { $0.value?.isCommitted == true })
    }
}
