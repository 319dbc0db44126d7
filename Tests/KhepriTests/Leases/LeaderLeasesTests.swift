import KhepriTree
import RaftCore
import Testing

@testable import Khepri
@testable import KhepriTree

/// When a leader ends leases, and which words of their holders come too late.
@Suite("The leader's clock of leases") struct LeaderLeasesTests {
    private static func id(_ number: UInt64) -> SessionID { SessionID(high: 0, low: number) }

    private static func at(_ milliseconds: Int) -> Instant {
        Instant.zero.advanced(by: .milliseconds(milliseconds))
    }

    private static func renews(_ leases: inout LeaderLeases) -> Bool { leases.renew(id(1)) }

    private static let table = LeaseTable([(id(1), 1_000), (id(2), 5_000)])

    private static func expired(
        _ leases: inout LeaderLeases, at milliseconds: Int, in term: UInt64? = 1
    ) -> [UInt64] {
        leases.takeExpired(of: table, at: at(milliseconds), leading: term.map { Term($0) })
            .map(\.low)
    }

    @Test func `each lease ends after its own time`() {
        var leases = LeaderLeases()
        #expect(leases.nextDeadline == nil)
        #expect(Self.expired(&leases, at: 100) == [])
        #expect(leases.nextDeadline == Self.at(1_100))
        #expect(Self.expired(&leases, at: 1_099) == [])
        #expect(Self.expired(&leases, at: 1_100) == [1])
        #expect(Self.expired(&leases, at: 1_101) == [], "once only")
        #expect(leases.nextDeadline == Self.at(5_100))
        #expect(Self.expired(&leases, at: 9_000) == [2])
    }

    @Test func `who does not lead ends nothing, and a new leader gives every lease its time`() {
        var leases = LeaderLeases()
        #expect(Self.expired(&leases, at: 0) == [])
        #expect(Self.expired(&leases, at: 10_000, in: nil) == [])
        #expect(leases.nextDeadline == nil)
        #expect(Self.expired(&leases, at: 20_000, in: 3) == [])
        #expect(Self.expired(&leases, at: 20_999, in: 3) == [])
        #expect(Self.expired(&leases, at: 20_999, in: 4) == [], "another term, though no gap")
        #expect(Self.expired(&leases, at: 21_998, in: 4) == [])
        #expect(Self.expired(&leases, at: 21_999, in: 4) == [1])
    }

    @Test func `a word of the holder counts from the next look at the clock on`() {
        var leases = LeaderLeases()
        #expect(Self.expired(&leases, at: 0) == [])
        #expect(Self.renews(&leases))
        // Whenever it came, it came before this look.
        #expect(Self.expired(&leases, at: 3_000) == [])
        #expect(Self.expired(&leases, at: 3_999) == [])
        #expect(Self.expired(&leases, at: 4_000) == [1])
    }

    @Test func `no word counts while the end is on its way`() {
        var leases = LeaderLeases()
        #expect(Self.expired(&leases, at: 0) == [])
        #expect(Self.expired(&leases, at: 1_000) == [1])
        #expect(!Self.renews(&leases))
        // An end that another leader decided on, and that ended nothing, says nothing of this one's.
        leases.note(.expire(Self.id(1), term: 0), Self.table)
        #expect(!Self.renews(&leases))
        leases.endFailed(Self.id(1), in: Term(0))
        #expect(!Self.renews(&leases))
        leases.endFailed(Self.id(1), in: Term(1))
        #expect(Self.renews(&leases))
        #expect(Self.expired(&leases, at: 1_500) == [])
        #expect(Self.expired(&leases, at: 2_500) == [1])
        leases.note(.expire(Self.id(1), term: 1), LeaseTable([]))
        #expect(Self.renews(&leases), "it can be granted anew")
    }

    @Test func `many leases end in slices`() {
        let count = UInt64(LeaderLeases.endingMaximum) + 5
        let table = LeaseTable((1...count).map { (Self.id($0), 1_000) })
        var leases = LeaderLeases()
        func take(_ milliseconds: Int) -> Int {
            leases.takeExpired(of: table, at: Self.at(milliseconds), leading: Term(1)).count
        }
        #expect(take(0) == 0)
        #expect(take(1_000) == LeaderLeases.endingMaximum)
        #expect(leases.nextDeadline == Self.at(1_000))
        #expect(take(1_000) == 5)
        #expect(leases.nextDeadline == nil)
    }
}

@Suite("What the holder of a lease knows") struct HeldLeaseTests {
    private static func at(_ milliseconds: Int) -> Instant {
        Instant.zero.advanced(by: .milliseconds(milliseconds))
    }

    private static func lease() -> HeldLease {
        HeldLease(SessionID(high: 0, low: 1), timeToLive: .seconds(10), sentAt: at(0))
    }

    @Test func `it stops a tenth of the time before the leader may`() {
        let lease = Self.lease()
        #expect(lease.isAlive(at: Self.at(8_999)))
        #expect(!lease.isAlive(at: Self.at(9_000)))
        #expect(lease.takeStep(at: Self.at(9_000)) == .stop)
    }

    @Test func `an answer counts from before its word was sent`() {
        let lease = Self.lease()
        #expect(lease.takeStep(at: Self.at(3_000)) == .wait)
        #expect(lease.takeStep(at: Self.at(3_334)) == .speak)
        #expect(lease.takeStep(at: Self.at(8_000)) == .wait, "one word at a time")
        lease.note(answerTo: Self.at(3_334))
        #expect(lease.isAlive(at: Self.at(12_333)))
        #expect(!lease.isAlive(at: Self.at(12_334)))
    }

    @Test func `silence lengthens nothing, and an answer that comes after the end is too late`() {
        let lease = Self.lease()
        #expect(lease.takeStep(at: Self.at(4_000)) == .speak)
        lease.noteSilence(after: Self.at(4_000))
        #expect(lease.takeStep(at: Self.at(6_400)) == .wait)
        #expect(lease.takeStep(at: Self.at(6_500)) == .speak)
        #expect(!lease.isAlive(at: Self.at(9_000)))
        lease.finish()
        lease.note(answerTo: Self.at(8_999))
        #expect(!lease.isAlive(at: Self.at(9_000)))
        #expect(lease.nextDeadline == nil)
    }
}
