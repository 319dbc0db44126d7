import TestSupport
import Testing

@testable import RaftCore

@Suite("Numbered writes")
struct WriteLedgerTests {
    // Ra 39490978, etcd's append ABA race.
    @Test func `a truncation takes back what earlier writes would have promised`() {
        var ledger = WriteLedger(persistedIndex: .zero)
        let first = ledger.write(lastIndex: LogIndex(5))
        let truncation = ledger.truncate(from: LogIndex(3))
        let second = ledger.write(lastIndex: LogIndex(6))
        ledger.persisted(first)
        #expect(ledger.persistedIndex == LogIndex(2))
        ledger.persisted(truncation)
        #expect(ledger.persistedIndex == LogIndex(2))
        ledger.persisted(second)
        #expect(ledger.persistedIndex == LogIndex(6))
    }

    @Test func `a truncation lowers what is durable already`() {
        var ledger = WriteLedger(persistedIndex: LogIndex(9))
        _ = ledger.truncate(from: LogIndex(4))
        #expect(ledger.persistedIndex == LogIndex(3))
    }

    @Test func `completions may skip and repeat numbers`() {
        var ledger = WriteLedger(persistedIndex: .zero)
        let writes = (1...4).map { ledger.write(lastIndex: LogIndex($0)) }
        ledger.persisted(writes[2])
        ledger.persisted(writes[0])
        #expect(ledger.persistedIndex == LogIndex(3))
        #expect(ledger.persistedSequence == writes[2])
        #expect(ledger.inFlight.count == 1)
    }

    @Test func `a completion of a write that was never issued traps`() async {
        await #expect(processExitsWith: .failure) {
            var ledger = WriteLedger(persistedIndex: .zero)
            ledger.persisted(WriteSequence(1))
        }
    }

    /// Random appends, truncations and completions against a disk: whatever is said to be durable is.
    @Test func `an index is never called durable unless the disk holds that very entry`() {
        var random = TestRandom()
        for _ in 0..<500 {
            var ledger = WriteLedger(persistedIndex: .zero)
            var log: [Int] = []
            var disk: [Int] = []
            var pending: [(WriteSequence, from: Int, bodies: [Int])] = []
            var body = 0
            for _ in 0..<random.next(through: 30) {
                switch random.next(through: 3) {
                case 0:
                    body += 1
                    log.append(body)
                    let sequence = ledger.write(lastIndex: LogIndex(UInt64(log.count)))
                    pending.append((sequence, log.count - 1, [body]))
                case 1 where !log.isEmpty:
                    let keep = random.next(through: log.count - 1)
                    log.removeLast(log.count - keep)
                    let sequence = ledger.truncate(from: LogIndex(UInt64(keep + 1)))
                    pending.append((sequence, keep, []))
                default:
                    guard !pending.isEmpty else { continue }
                    let (sequence, from, bodies) = pending.removeFirst()
                    disk = Array(disk.prefix(from)) + bodies
                    ledger.persisted(sequence)
                }
                let count = Int(ledger.persistedIndex.rawValue)
                #expect(disk.count >= count)
                #expect(disk.prefix(count) == log.prefix(count), "\(random)")
            }
        }
    }
}
