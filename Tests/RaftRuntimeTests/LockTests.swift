import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Locks and threads")
struct LockTests {
    @Test func `a lock admits one task at a time`() async {
        let lock = Lock(0)
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<8 {
                tasks.addTask { for _ in 0..<1_000 { lock.withLock { $0 += 1 } } }
            }
        }
        #expect(lock.withLock { $0 } == 8_000)
    }

    @Test func `a lock is released when its code throws`() {
        let lock = Lock(1)
        #expect(throws: NotAnswered.self) { try lock.withLock { _ in throw NotAnswered() } }
        #expect(lock.withLock { $0 } == 1)
    }

    @Test func `a monitor wakes its thread, which sees every change`() {
        let object = Adder()
        let ended = Answer<Void>()
        let thread = DrainThread(object, clock: SystemClock()) { ended.set(()) }
        for number in 1...1_000 { object.add(number) }
        object.add(0)
        thread.join()
        thread.join()
        #expect(ended.value != nil)
        #expect(object.sum == 500_500)
    }

    @Test func `a wait ends when its time is over`() {
        let monitor = Monitor(false)
        let clock = SystemClock()
        let start = clock.now()
        monitor.wait(nanoseconds: 5_000_000) { $0 }
        #expect(clock.now().nanoseconds(since: start) >= 5_000_000)
        monitor.wait(nanoseconds: 0) { $0 }
        monitor.wait(nanoseconds: nil) { _ in true }
    }
}

/// Adds numbers on its thread until it gets a zero.
private final class Adder: Drained {
    private struct State {
        var queue: [Int] = []
        var sum = 0
        var isStopped = false
    }

    private let monitor = Monitor(State())

    var sum: Int { monitor.withLock { $0.sum } }

    func add(_ number: Int) {
        monitor.withLock { state in
            state.queue.append(number)
            monitor.wake()
        }
    }

    func drain(now: Instant) -> DrainOutcome {
        monitor.withLock { state in
            let isDone = state.queue.contains(0)
            state.sum += state.queue.reduce(0, +)
            state.queue = []
            return DrainOutcome(didWork: true, isStopped: isDone)
        }
    }

    func waitForWork(nanoseconds: UInt64?) {
        monitor.wait(nanoseconds: nanoseconds) { !$0.queue.isEmpty }
    }
}
