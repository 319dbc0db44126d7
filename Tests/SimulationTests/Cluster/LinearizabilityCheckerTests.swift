import SimulationKit
import TestSupport
import Testing

@Suite("Linearizability checker")
struct LinearizabilityCheckerTests {
    private static func isGood(_ history: [RegisterCall]) -> Bool {
        do {
            try LinearizabilityChecker.check(history)
            return true
        } catch {
            return false
        }
    }

    private static func call(
        _ operation: RegisterCall.Operation, _ outcome: RegisterCall.Outcome,
        _ start: UInt64, _ end: UInt64
    ) -> RegisterCall {
        RegisterCall(key: 0, operation: operation, outcome: outcome, start: start, end: end)
    }

    @Test func `a read after a write finds it, or the history is refused`() {
        let write = Self.call(.write(1), .done(true), 0, 1)
        #expect(Self.isGood([write, Self.call(.read, .found(1), 2, 3)]))
        #expect(!Self.isGood([write, Self.call(.read, .found(nil), 2, 3)]))
        #expect(Self.isGood([write, Self.call(.read, .found(nil), 1, 3)]), "they overlap")
    }

    @Test func `two reads never see a write and then its absence`() {
        let write = Self.call(.write(1), .done(true), 0, 10)
        let new = Self.call(.read, .found(1), 1, 2)
        #expect(!Self.isGood([write, new, Self.call(.read, .found(nil), 3, 4)]))
    }

    @Test func `a call of unknown outcome takes effect late, or never, but not twice`() {
        let lost = Self.call(.write(1), .unknown, 0, 0)
        let other = Self.call(.write(2), .done(true), 2, 3)
        let second = Self.call(.read, .found(2), 4, 5)
        let first = Self.call(.read, .found(1), 6, 7)
        #expect(Self.isGood([lost, other, second]))
        #expect(Self.isGood([lost, other, second, first]))
        #expect(!Self.isGood([lost, other, second, first, Self.call(.read, .found(2), 8, 9)]))
    }

    @Test func `readers at once do not double the work each`() {
        let readers = (0..<40).map { _ in Self.call(.read, .found(1), 5, 20) }
        let history = [Self.call(.write(1), .done(true), 0, 10)] + readers
        #expect(Self.isGood(history))
        #expect(!Self.isGood(history + [Self.call(.read, .found(nil), 21, 22)]))
    }

    @Test func `of two comparisons with the same content one fails`() {
        let calls = [1, 2].map {
            Self.call(.compareAndSet(expected: nil, new: $0), .done(true), 0, 5)
        }
        #expect(!Self.isGood(calls))
        #expect(
            Self.isGood([
                calls[0], Self.call(.compareAndSet(expected: nil, new: 2), .done(false), 0, 5),
            ]))
    }

    @Test func `registers do not touch each other`() {
        var write = Self.call(.write(1), .done(true), 0, 1)
        write.key = 1
        #expect(Self.isGood([write, Self.call(.read, .found(nil), 2, 3)]))
    }

    @Test func `histories of a real register are accepted, and each doctored one is refused`() {
        for seed in TestRuns.seeds(usually: 200) {
            var history = ReferenceHistory(seed: seed, keys: 3, clients: 5)
            history.run(calls: 200)
            #expect(Self.isGood(history.calls), "seed \(seed)")
            for (name, doctored) in history.doctored() {
                #expect(!Self.isGood(doctored), "\(name), seed \(seed)")
            }
        }
    }

    @Test func `lost calls that nobody can tell apart are tried in one order`() {
        var calls = (0..<100).map { number in
            Self.call(.write(number % 2 == 0 ? nil : 1_000 + number), .unknown, 0, 0)
        }
        // Each comparison fails only if something was written since the last one was read.
        for round in UInt64(0)..<20 {
            let start = 10 + round * 10
            calls += [
                Self.call(.write(1), .done(true), start, start + 1),
                Self.call(.read, .found(1), start + 2, start + 3),
                Self.call(
                    .compareAndSet(expected: 1, new: 2), .done(false), start + 4, start + 5),
            ]
        }
        #expect(Self.isGood(calls))
        #expect(!Self.isGood(calls + [Self.call(.read, .found(3), 1_000, 1_001)]))
    }

    @Test func `ten thousand calls with many of unknown outcome are checked`() {
        var history = ReferenceHistory(seed: 7, keys: 50, clients: 10)
        history.run(calls: 10_000)
        #expect(Self.isGood(history.calls))
    }
}
