import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Shutdown")
struct ShutdownTests {
    @Test func `what was accepted is carried through, what comes later is refused`() throws {
        let manual = ManualHost { $0.inlineEntriesMaximum = 0 }
        let group = try manual.open()
        let before = manual.propose([1], to: group)
        let done = manual.shutDown()
        let after = manual.propose([2], to: group)
        #expect(done.value == nil)
        manual.drain()
        #expect(before.value?.isCommitted == true)
        #expect(after.value?.isCommitted == true, "it came before the driver knew")
        #expect(done.value != nil)
        #expect(manual.propose([3], to: group).isRejected(.shuttingDown))
    }

    @Test func `a second shutdown returns like the first`() throws {
        let manual = ManualHost()
        _ = try manual.open()
        let both = [manual.shutDown(), manual.shutDown()]
        manual.drain()
        #expect(both.allSatisfy { $0.value != nil })
        #expect(manual.shutDown().value != nil)
        #expect(manual.drain() == nil)
    }

    @Test func `a host without groups shuts down`() {
        let manual = ManualHost()
        let done = manual.shutDown()
        manual.drain()
        #expect(done.value != nil)
    }

    @Test func `opening a group on a host that has stopped fails`() throws {
        let manual = ManualHost()
        let done = manual.shutDown()
        manual.drain()
        #expect(done.value != nil)
        #expect(throws: RequestFailure.shuttingDown) { try manual.open() }
    }

    @Test func `a group that is being opened during a shutdown is refused`() throws {
        let manual = ManualHost()
        let opened = Answer<Bool>()
        manual.host.open(manual.description(JournalMachine())) { result in
            opened.set((try? result.get()) != nil)
        }
        let done = manual.shutDown()
        manual.drain()
        #expect(done.value != nil)
        #expect(opened.value == false)
    }

    @Test func `what waits for a quorum that is not there is answered`() async throws {
        let manual = ManualHost()
        let group = try manual.open()
        let wait = Task { await group.waitForApplied(LogIndex(50)) }
        while manual.host.statistics.openRequests == 0 {
            manual.drain()
            await Task.yield()
        }
        let done = manual.shutDown()
        manual.drain()
        #expect(done.value != nil)
        #expect(await wait.value == .failure(.shuttingDown))
    }
}
