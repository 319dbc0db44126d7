import CBOR
import KhepriTree
import RaftRuntime
import TestSupport
import Testing

@testable import Khepri

/// Triggers of a store of one member.
@Suite("Triggers") struct TriggerTests {
    /// What handlers were called for.
    private final class Calls: Sendable {
        private let lines = Lock<[String]>([])
        let stream: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func note(_ line: String) {
            lines.withLock { $0.append(line) }
            continuation.yield(line)
        }

        var all: [String] { lines.withLock { $0 } }

        /// Waits until handlers were called so often.
        func wait(_ count: Int) async -> [String] {
            if all.count >= count { return all }
            for await _ in stream where all.count >= count { break }
            return all
        }
    }

    struct Broken: Error {}

    private static let quick = Trigger.Attempts(
        maximum: 2, firstPause: .milliseconds(1), longestPause: .milliseconds(2))

    private static func line(_ change: TreeChange) throws -> String {
        let values = [try change.old(as: Int.self)?.value, try change.value(as: Int.self)]
        return "\(change.kind) \(change.path) "
            + values.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
    }

    private static func noting(
        _ calls: Calls, _ name: String = "t", _ pattern: TreePattern = "/a/*",
        on kinds: Set<TreeChange.Kind> = [.created, .updated, .deleted], priority: Int = 0
    ) -> Trigger {
        Trigger(name, matching: pattern, on: kinds, priority: priority) { change in
            calls.note(try Self.line(change))
        }
    }

    /// Runs the triggers of a store while `body` runs.
    private static func running(
        _ store: TreeStore, _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.runTriggers() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Waits until a trigger has a status.
    private static func wait(
        _ store: TreeStore, until condition: ([TriggerStatus]) -> Bool
    ) async throws -> [TriggerStatus] {
        // Each acknowledgement changes a node there.
        var changes = store.changes(matching: "/.khepri/triggers/**", since: .current)
            .makeAsyncIterator()
        while true {
            let statuses = try store.triggers()
            if condition(statuses) { return statuses }
            _ = try await changes.next()
        }
    }

    @Test func `a handler is called for each change after its registration, in order`()
        async throws
    {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.put(0, at: "/a/early")
        try await store.register(Self.noting(calls))
        try await store.put(1, at: "/a/x")
        try await Self.running(store) {
            try await store.put(2, at: "/a/x")
            try await store.put(2, at: "/b/x")
            try await store.delete("/a/x")
            _ = await calls.wait(3)
            let statuses = try await Self.wait(store) { $0.first?.lag == 0 }
            #expect(statuses.map(\.name) == ["t"])
            #expect(statuses[0].pattern == "/a/*")
            #expect(statuses[0].kinds == ["created", "deleted", "updated"])
            #expect(statuses[0].parked.isEmpty)
        }
        #expect(calls.all == ["created /a/x - 1", "updated /a/x 1 2", "deleted /a/x 2 -"])
        try await store.close()
    }

    @Test func `of the triggers of a command the one of higher priority is called first`()
        async throws
    {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        for (name, priority) in [("low", 1), ("high", 3), ("middle", 2)] {
            try await store.register(
                Trigger(name, matching: "/a/*", priority: priority) {
                    calls.note("\(name) \($0.path)")
                })
        }
        for number in 0..<3 { try await store.put(number, at: "/a/\(number)") }
        try await Self.running(store) { _ = await calls.wait(9) }
        #expect(
            calls.all
                == (0..<3).flatMap { number in
                    ["high", "middle", "low"].map { "\($0) /a/\(number)" }
                })
        try await store.close()
    }

    @Test func `what was handled is not handled again after a restart, and the rest is`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let calls = Calls()
            var store = try await TreeStore.open(at: directory)
            try await store.register(Self.noting(calls))
            try await store.put(1, at: "/a/x")
            try await Self.running(store) { [store] in
                _ = try await Self.wait(store) { $0[0].lag == 0 && !calls.all.isEmpty }
            }
            try await store.put(2, at: "/a/x")
            try await store.close()
            store = try await TreeStore.open(at: directory)
            #expect(try store.triggers().map(\.lag) == [1])
            try await store.register(Self.noting(calls))
            try await Self.running(store) { _ = await calls.wait(2) }
            #expect(calls.all == ["created /a/x - 1", "updated /a/x 1 2"])
            try await store.close()
        }
    }

    @Test func `a change whose handler fails is parked, listed, tried again and discarded`()
        async throws
    {
        let (store, calls, works) = (try await TreeStore.inMemory(), Calls(), Lock(false))
        try await store.register(
            Trigger("t", matching: "/a/*", attempts: Self.quick) { change in
                calls.note(try Self.line(change))
                if change.path != "/a/good", !works.withLock({ $0 }) { throw Broken() }
            })
        let revision = try await store.put(1, at: "/a/bad").revision
        try await store.put(2, at: "/a/good")
        try await store.put(3, at: "/a/worse")
        try await Self.running(store) {
            var parked = try await Self.wait(store) { $0[0].parked.count == 2 && $0[0].lag == 0 }[0]
                .parked
            #expect(calls.all.count == 5)
            #expect(parked[0].id == "\(revision.rawValue)-0")
            #expect(parked[0].path == "/a/bad")
            #expect(parked[0].kind == .created)
            #expect(parked[0].failureCount == 2)
            #expect(parked[0].failure == "Broken()")
            try await store.retryParked(parked[0].id, of: "t")
            _ = try await Self.wait(store) { $0[0].parked[0].failureCount == 4 }
            #expect(try store.triggers()[0].parked[0].isDue == false)
            works.withLock { $0 = true }
            try await store.retryParked(parked[0].id, of: "t")
            parked = try await Self.wait(store) { $0[0].parked.count == 1 }[0].parked
            #expect(calls.all.last == "created /a/bad - 1")
            try await store.discardParked(parked[0].id, of: "t")
            #expect(try store.triggers()[0].parked.isEmpty)
        }
        #expect(calls.all.count == 8)
        try await store.close()
    }

    @Test func `a handler that does not end in time has failed, and others go on`() async throws {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        try await store.register(
            Trigger(
                "deaf", matching: "/a/*", priority: 1,
                attempts: .init(maximum: 1, timeLimit: .milliseconds(1))
            ) { _ in
                // Deaf to cancellation, as it waits for another task.
                await Task { for await _ in never {} }.value
            })
        try await store.register(Self.noting(calls))
        try await store.put(1, at: "/a/x")
        try await Self.running(store) {
            _ = await calls.wait(1)
            let status = try await Self.wait(store) { !$0[0].parked.isEmpty }[0]
            #expect(status.name == "deaf")
            #expect(status.parked[0].failure.contains("did not end within"))
            end.finish()
        }
        try await store.close()
    }

    @Test func `an unregistered trigger is called no more, and its name begins anew`()
        async throws
    {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.register(Self.noting(calls))
        try await Self.running(store) {
            try await store.put(1, at: "/a/x")
            _ = await calls.wait(1)
            #expect(try await store.unregisterTrigger("t"))
            #expect(try await store.unregisterTrigger("t") == false)
            #expect(try store.triggers().isEmpty)
            try await store.put(2, at: "/a/x")
            try await store.register(Self.noting(calls))
            try await store.put(3, at: "/a/x")
            _ = await calls.wait(2)
        }
        #expect(calls.all == ["created /a/x - 1", "updated /a/x 2 3"])
        try await store.close()
    }

    @Test func `a trigger for everything is not told of what triggers write`() async throws {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.register(
            Trigger("t", matching: "/**", on: [.created]) { calls.note("\($0.path)") })
        try await store.register(
            Trigger("bad", matching: "/a", attempts: Self.quick) { _ in throw Broken() })
        try await Self.running(store) {
            try await store.put(1, at: "/a")
            _ = try await Self.wait(store) { !$0[0].parked.isEmpty }
            try await store.put(1, at: "/b")
            _ = await calls.wait(2)
        }
        #expect(calls.all == ["/a", "/b"])
        try await store.close()
    }

    @Test func `what another history said is no place to go on from: there is a gap`()
        async throws
    {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.put(
            TriggerRecord(
                pattern: "/a/*", kinds: ["created"], priority: 0,
                history: String(repeating: "0", count: 32), handled: 7),
            at: "/.khepri/triggers/t")
        try await store.put(1, at: "/a/x")
        let handlers = [
            Trigger("t", matching: "/a/*", onGap: { calls.note("gap after \($0.after.rawValue)") })
            {
                calls.note(try Self.line($0))
            }
        ]
        for trigger in handlers { try await store.register(trigger) }
        try await Self.running(store) {
            _ = await calls.wait(1)
            try await store.put(2, at: "/a/x")
            _ = await calls.wait(2)
        }
        #expect(calls.all == ["gap after 7", "updated /a/x 1 2"])
        try await store.close()
    }

    @Test func `changes that no history holds are a gap, and parked where nobody handles it`()
        async throws
    {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.put(0, at: "/b")
        for (name, pattern) in [("far", "/b/*"), ("near", "/a/*")] as [(String, TreePattern)] {
            try await store.register(
                Trigger(name, matching: pattern, attempts: Self.quick) { calls.note("\($0.path)") })
        }
        try await store.put(1, at: "/a/x")
        store.engine.machine.watches.reset(to: store.local.revision)
        try await Self.running(store) {
            let statuses = try await Self.wait(store) { !$0[1].parked.isEmpty }
            #expect(statuses[1].parked[0].failure.contains("are not known any more"))
            #expect(statuses[1].parked[0].path == nil)
            #expect(statuses[0].parked.isEmpty, "nothing that concerns it was missed")
            try await store.put(1, at: "/a/later")
            _ = await calls.wait(1)
        }
        #expect(calls.all == ["/a/later"])
        try await store.close()
    }

    @Test func `a trigger that nothing concerns goes on with the others' writes`() async throws {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.register(Self.noting(calls))
        try await Self.running(store) {
            let last = try await store.put(1, at: "/b").revision
            _ = try await Self.wait(store) { $0[0].handledRevision >= last }
            let rest = store.local.revision
            try await store.put(1, at: "/a/x")
            _ = try await Self.wait(store) { $0[0].handledRevision > rest && $0[0].lag == 0 }
        }
        #expect(calls.all.count == 1)
        try await store.close()
    }

    @Test(arguments: ["", "a/b", "ä", "..", ".", String(repeating: "x", count: 65)])
    func `a malformed name is refused`(name: String) async throws {
        let store = try await TreeStore.inMemory()
        await expectError(.invalidOperation) {
            try await store.register(Trigger(name, matching: "/a") { _ in })
        }
        await expectError(.invalidOperation) { try await store.unregisterTrigger(name) }
        await expectError(.invalidOperation) { try await store.retryParked("1-0", of: name) }
        #expect(try store.triggers().isEmpty)
        try await store.close()
    }

    @Test func `triggers that make no sense are refused`() async throws {
        let store = try await TreeStore.inMemory()
        let deep = TreePattern("/a").child(where: .hasPayload(true)).child("b")
        let bad = [
            Trigger("t", matching: "/a", on: []) { _ in },
            Trigger("t", matching: "/a", on: [.present]) { _ in },
            Trigger("t", matching: deep) { _ in },
            Trigger("t", matching: "/a", attempts: .init(maximum: 0)) { _ in },
            Trigger("t", matching: "/a", attempts: .init(maximum: 1_001)) { _ in },
            Trigger("t", matching: "/a", attempts: .init(timeLimit: .zero)) { _ in },
            Trigger("t", matching: "/a", attempts: .init(firstPause: .seconds(-1))) { _ in },
        ]
        for trigger in bad {
            await expectError(.invalidOperation) { try await store.register(trigger) }
        }
        try await store.register(Trigger("t", matching: "/a") { _ in })
        await expectError(.invalidOperation) {
            try await store.register(Trigger("t", matching: "/b") { _ in })
        }
        #expect(try store.triggers().map(\.pattern) == ["/a"])
        for number in 1..<TriggerLimits.triggersMaximum {
            try await store.register(Trigger("t\(number)", matching: "/a") { _ in })
        }
        await expectError(.invalidOperation) {
            try await store.register(Trigger("one-more", matching: "/a") { _ in })
        }
        for id in ["1-0", "7-3"] {
            await expectError(.nodeNotFound) { try await store.retryParked(id, of: "t") }
            await expectError(.nodeNotFound) { try await store.discardParked(id, of: "t") }
        }
        for id in ["", "1", "1-", "-1", "01-0", "1--1", "x-y", "1-0-0"] {
            await expectError(.invalidOperation) { try await store.retryParked(id, of: "t") }
        }
        try await store.close()
    }

    @Test func `triggers run once in a process, and end when the store is closed`() async throws {
        let (store, calls) = (try await TreeStore.inMemory(), Calls())
        try await store.register(Self.noting(calls))
        try await store.put(1, at: "/a/x")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.runTriggers() }
            _ = await calls.wait(1)
            await expectError(.invalidOperation) { try await store.runTriggers() }
            try await store.close()
            try await group.waitForAll()
        }
    }

    @Test func `a node that is no trigger's record stops them with an error`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.register(Trigger("t", matching: "/a") { _ in })
        try await store.put("nonsense", at: "/.khepri/triggers/t")
        await expectError(.valueCoding) { try store.triggers() }
        await expectError(.valueCoding) { try await store.runTriggers() }
        try await store.close()
    }
}
