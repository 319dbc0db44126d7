import RaftCore
import TestSupport
import Testing

@testable import RaftRuntime

/// Random requests, timeouts, full disks, failures and restarts on a host without threads.
///
/// The oracle knows only the answers: what was committed must be there for ever at its index, what was
/// rejected must never be there, and what is unknown at most once.
@Suite("Random host")
struct RandomHostTests {
    @Test func `answers are true whatever happens`() throws {
        var random = TestRandom()
        for _ in 0..<60 {
            var walk = try Walk(seed: random.next())
            for _ in 0..<150 { try walk.advance() }
            try walk.finish()
        }
    }
}

private struct Walk {
    var random: TestRandom
    let log = MemoryLog(keepsBatches: false)
    let snapshots = MemorySnapshots()
    let clock = ManualClock()
    var host: ManualHost
    var group: RaftGroup<JournalMachine>
    var open: [(command: [UInt8], answer: Answer<ManualHost.Outcome>)] = []
    var committed: [[UInt8]: LogIndex] = [:]
    var rejected: Set<[UInt8]> = []
    var number = 0

    init(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        host = Self.makeHost(log, snapshots, clock, &random)
        self.random = random
        group = try host.open()
    }

    private static func makeHost(
        _ log: MemoryLog, _ snapshots: MemorySnapshots, _ clock: ManualClock,
        _ random: inout TestRandom
    ) -> ManualHost {
        let isInline = random.oneIn(2)
        let batchEntries = 1 + random.next(through: 5)
        let slice = 1 + random.next(through: 5)
        return ManualHost(log: log, snapshots: snapshots, clock: clock) { options in
            options.inlineEntriesMaximum = isInline ? 64 : 0
            options.batchEntriesMaximum = batchEntries
            options.applySliceMaximum = slice
            options.replaySliceMaximum = slice
            options.snapshots = SnapshotPolicy(logBytesMinimum: 1_000)
        }
    }

    mutating func advance() throws {
        switch random.next(through: 19) {
        case 0...8: propose()
        case 9...11: drainPart(0)
        case 12...14: drainPart(1)
        case 15: drainPart(2)
        case 16: clock.advance(by: .milliseconds(random.next(through: 300)))
        case 17: setSpace()
        case 18: if random.oneIn(4) { try restart(failing: random.oneIn(2)) }
        default: host.drain()
        }
        takeAnswers()
    }

    private mutating func propose() {
        number += 1
        let command = [UInt8(number & 255), UInt8(number >> 8)]
        let answer = host.propose(
            command, to: group, mayUseReserve: random.oneIn(4),
            timeout: .milliseconds(random.next(through: 400)))
        open.append((command, answer))
    }

    private func drainPart(_ part: Int) {
        _ = host.host.parts[part].drain(now: clock.now())
    }

    private mutating func setSpace() {
        let isFull = random.oneIn(2)
        let reserve = random.next(through: 40)
        log.state.withLock { ($0.space, $0.reserve) = (isFull ? 0 : .max, reserve) }
    }

    /// Stops using the host, as a crash does, perhaps after its log failed.
    private mutating func restart(failing: Bool) throws {
        if failing {
            log.state.withLock { $0.failures = [LogDeviceError(.failed, "planted")] }
            host.drain()
            takeAnswers()
        }
        log.state.withLock { state in
            (state.failures, state.isPoisoned, state.space) = ([], false, .max)
        }
        open = []
        host = Self.makeHost(log, snapshots, clock, &random)
        group = try host.open()
        check()
    }

    private mutating func takeAnswers() {
        for (command, answer) in open {
            switch answer.value {
            case .committed(let index, _): committed[command] = index
            case .rejected: rejected.insert(command)
            case .unknown, nil: break
            }
        }
        open.removeAll { $0.answer.value != nil }
    }

    private func check() {
        let commands = group.machine.commands
        #expect(Set(commands).count == commands.count, "applied twice, \(random)")
        #expect(rejected.isDisjoint(with: commands), "applied though rejected, \(random)")
        let places = Dictionary(uniqueKeysWithValues: commands.enumerated().map { ($1, $0) })
        let inLogOrder = committed.sorted { $0.value < $1.value }.map { places[$0.key] ?? -1 }
        #expect(!inLogOrder.contains(-1), "a committed command is lost, \(random)")
        #expect(inLogOrder == inLogOrder.sorted(), "out of order, \(random)")
    }

    mutating func finish() throws {
        log.state.withLock { $0.space = .max }
        clock.advance(by: .seconds(1))
        let done = host.shutDown()
        host.drain()
        #expect(done.value != nil, "\(random)")
        takeAnswers()
        #expect(open.isEmpty, "a request without answer, \(random)")
        #expect(host.host.statistics.openRequests == 0, "\(random)")
        host = Self.makeHost(log, snapshots, clock, &random)
        group = try host.open()
        check()
    }
}
