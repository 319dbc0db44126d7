import RaftCore
import Synchronization
import Testing

@testable import RaftRuntime

@Suite("A host with threads")
struct ThreadedHostTests {
    private func start(
        _ log: MemoryLog = MemoryLog(keepsBatches: false), _ options: HostOptions = HostOptions()
    ) async throws -> (RaftHost<JournalMachine>, RaftGroup<JournalMachine>) {
        let host = RaftHost<JournalMachine>(
            HostPorts(log: log, snapshots: MemorySnapshots()), options: options)
        host.start()
        host.start()
        let description = GroupDescription(
            id: ManualHost.group, name: "journal", member: ManualHost.member,
            machine: JournalMachine(),
            recovered: log.recovered(ManualHost.group),
            bootstrap: Configuration(voters: [ManualHost.member]))
        return (host, try await host.open(description))
    }

    @Test(arguments: [0, 64, 8_192])
    func `every command of many tasks is applied once`(inlineEntries: Int) async throws {
        var options = HostOptions()
        options.inlineEntriesMaximum = inlineEntries
        let (host, group) = try await start(MemoryLog(keepsBatches: false), options)
        await withTaskGroup(of: Void.self) { tasks in
            for task in 0..<50 {
                tasks.addTask {
                    var last = LogIndex.zero
                    for round in 0..<20 {
                        let outcome = await group.propose([UInt8(task), UInt8(round)])
                        guard case .committed(let index, _) = outcome else {
                            Issue.record("\(outcome.summary)")
                            return
                        }
                        #expect(index > last)
                        last = index
                    }
                }
            }
        }
        await host.shutDown()
        let commands = group.machine.commands
        #expect(commands.count == 1_000)
        #expect(Set(commands).count == 1_000)
        for task in 0..<50 {
            let rounds = commands.filter { $0[0] == UInt8(task) }.map { $0[1] }
            #expect(rounds == (0..<20).map { UInt8($0) })
        }
    }

    @Test func `reads see the writes that were answered before them`() async throws {
        let (host, group) = try await start()
        for round in 0..<100 {
            guard case .committed(let index, _) = await group.propose([UInt8(round)]) else {
                Issue.record("not committed")
                break
            }
            #expect(try await group.linearize().get() >= index)
            #expect(group.appliedIndex >= index)
        }
        await host.shutDown()
    }

    @Test func `a request that is stuck times out by itself`() async throws {
        let (host, group) = try await start()
        let outcome = await group.waitForApplied(LogIndex(1_000), timeout: .milliseconds(30))
        #expect(outcome == .failure(.timedOut))
        await host.shutDown()
    }

    @Test func `a cancelled task returns though nothing else happens`() async throws {
        let (host, group) = try await start()
        let wait = Task { await group.waitForApplied(LogIndex(1_000), timeout: .seconds(60)) }
        while host.statistics.openRequests == 0 { await Task.yield() }
        wait.cancel()
        #expect(await wait.value == .failure(.cancelled))
        await host.shutDown()
    }

    @Test func `requests during a shutdown are all answered`() async throws {
        let (host, group) = try await start()
        let outcomes = await withTaskGroup(of: Bool.self) { tasks in
            for task in 0..<200 {
                tasks.addTask { await group.propose([UInt8(task)]).isAnsweredCleanly }
            }
            tasks.addTask {
                await host.shutDown()
                return true
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 201)
        #expect(outcomes.allSatisfy { $0 })
    }

    @Test func `a store that is opened again has what was acknowledged`() async throws {
        let log = MemoryLog(keepsBatches: false)
        for round in 0..<3 {
            let (host, group) = try await start(log)
            #expect(group.machine.commands.count == round * 10)
            for byte in 0..<10 { _ = await group.propose([UInt8(byte)]) }
            await host.shutDown()
        }
    }

    @Test func `an idle host does not wake`() async throws {
        let (host, group) = try await start()
        _ = await group.propose([1])
        // The driver sleeps without a deadline: there is nothing it could wake for.
        let outcome = host.driver.drain(now: SystemClock().now())
        #expect(outcome == DrainOutcome(didWork: false))
        #expect(host.writer.drain(now: SystemClock().now()) == DrainOutcome(didWork: false))
        #expect(host.worker.drain(now: SystemClock().now()) == DrainOutcome(didWork: false))
        await host.shutDown()
    }
}
