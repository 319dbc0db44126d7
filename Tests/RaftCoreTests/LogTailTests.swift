import TestSupport
import Testing

@testable import RaftCore

@Suite("Terms of a log")
struct LogTailTests {
    @Test func `an empty log ends at its base`() {
        let base = LogPosition(index: LogIndex(7), term: Term(3))
        let log = LogTail(base: base)
        #expect(log.lastPosition == base)
        #expect(log.term(at: LogIndex(7)) == Term(3))
        #expect(log.term(at: LogIndex(8)) == nil)
        #expect(log.term(at: LogIndex(6)) == nil)
    }

    @Test func `entries of one term are one run`() {
        var log = LogTail()
        log.append(count: 1_000_000, term: Term(2))
        log.append(count: 5, term: Term(2))
        log.append(count: 1, term: Term(4))
        #expect(log.runs.count == 2)
        #expect(log.term(at: LogIndex(1_000_005)) == Term(2))
        #expect(log.term(at: LogIndex(1_000_006)) == Term(4))
    }

    /// Random changes against a plain list of terms.
    @Test func `the runs agree with a list of terms after any change`() {
        var random = TestRandom()
        for _ in 0..<500 {
            var log = LogTail()
            var terms: [UInt64] = [0]
            var base = 0
            var term: UInt64 = 1
            for _ in 0..<20 {
                switch random.next(through: 3) {
                case 0, 1:
                    term += UInt64(random.next(through: 1))
                    let count = 1 + random.next(through: 3)
                    log.append(count: count, term: Term(term))
                    terms += Array(repeating: term, count: count)
                case 2 where terms.count - 1 > base:
                    let keep = base + random.next(through: terms.count - 1 - base)
                    log.truncate(from: LogIndex(UInt64(keep + 1)))
                    terms.removeLast(terms.count - 1 - keep)
                default:
                    base += random.next(through: terms.count - 1 - base)
                    log.compact(through: LogIndex(UInt64(base)))
                }
                #expect(log.lastIndex == LogIndex(UInt64(terms.count - 1)), "\(random)")
                for index in 0..<terms.count + 2 {
                    let expected = index >= base && index < terms.count ? terms[index] : nil
                    #expect(
                        log.term(at: LogIndex(UInt64(index)))?.rawValue == expected, "\(random)")
                }
            }
        }
    }

    @Test func `terms that decrease trap`() async {
        await #expect(processExitsWith: .failure) {
            var log = LogTail()
            log.append(count: 1, term: Term(3))
            log.append(count: 1, term: Term(2))
        }
    }
}
