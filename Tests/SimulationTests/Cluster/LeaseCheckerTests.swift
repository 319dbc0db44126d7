import RaftCore
import Testing

@testable import SimulationKit

/// The checkers of leases and locks themselves, on good histories and on doctored ones.
@Suite("Checkers of leases")
struct LeaseCheckerTests {
    private static let group = GroupID(high: 1, low: 1)
    private static let second: UInt64 = 1_000_000_000
    private static let names = (0..<3).map { LeaseChecker.Name(lease: 7, place: $0) }

    /// A lease of two seconds, asked for at the tenth, with two nodes at revision 5 and one at 6.
    private static func granted() -> LeaseChecker {
        var checker = LeaseChecker()
        checker.noteGrant(7, in: group, timeToLive: 2 * second, askedAt: 10 * second)
        checker.notePut(Array(names[0...1]), at: 5)
        checker.notePut([names[2]], at: 6)
        return checker
    }

    /// Looks at a member that shows some nodes.
    private static func look(
        _ checker: inout LeaseChecker, at revision: UInt64, _ nodes: [LeaseChecker.Name],
        second: UInt64 = 12, calmSince: UInt64? = nil, isAlive: Bool = false
    ) {
        checker.look(
            LeaseChecker.Sight(
                group: group, member: 0, revision: revision, nodes: nodes,
                now: second * self.second, calmSince: calmSince.map { $0 * self.second })
        ) { _ in isAlive }
    }

    @Test func `the nodes of a lease are there, on members behind only some, and then go together`()
    {
        var checker = Self.granted()
        Self.look(&checker, at: 4, [], second: 11, isAlive: true)
        Self.look(&checker, at: 5, Array(Self.names[0...1]), second: 11, isAlive: true)
        Self.look(&checker, at: 6, Self.names, second: 11, isAlive: true)
        Self.look(&checker, at: 9, [])
        Self.look(&checker, at: 8, Self.names)
        checker.noteDeletions(Self.names, in: Self.group, at: 9)
        #expect(checker.failure == nil)
        #expect(checker.lingering(in: Self.group).isEmpty)
    }

    @Test func `a node that is spared is seen`() {
        var checker = Self.granted()
        Self.look(&checker, at: 9, [Self.names[1]])
        #expect(checker.failure?.contains("/leased/7/1 is there") == true)
    }

    @Test(arguments: [(UInt64(9), 0..<2), (UInt64(10), 0..<3)])
    func `watchers are told of all nodes, at one revision`(
        revision: UInt64, places: Range<Int>
    ) {
        var checker = Self.granted()
        if revision == 10 { checker.noteDeletions(Self.names, in: Self.group, at: 9) }
        checker.noteDeletions(Array(Self.names[places]), in: Self.group, at: revision)
        #expect(checker.failure != nil)
    }

    @Test func `nothing goes while its holder believes in it, or too early`() {
        var checker = Self.granted()
        Self.look(&checker, at: 9, [], isAlive: true)
        #expect(checker.failure?.contains("believes in it") == true)
        checker = Self.granted()
        Self.look(&checker, at: 9, [], second: 11)
        #expect(checker.failure?.contains("ns old") == true)
        checker = Self.granted()
        checker.noteGivenUp(7, at: 10 * Self.second, isRevoked: true)
        Self.look(&checker, at: 9, [], second: 11)
        #expect(checker.failure == nil)
    }

    @Test func `what was given up stays for its time to live at most, once nothing fails`() {
        var checker = Self.granted()
        checker.noteGivenUp(7, at: 12 * Self.second, isRevoked: false)
        Self.look(&checker, at: 9, Self.names, second: 40)
        Self.look(&checker, at: 9, Self.names, second: 43, calmSince: 40)
        #expect(checker.failure == nil)
        #expect(checker.lingering(in: Self.group) == [7])
        Self.look(&checker, at: 9, Self.names, second: 44, calmSince: 40)
        #expect(checker.failure?.contains("nobody has spoken") == true)
    }

    @Test func `what has ended does not come back, and takes no nodes`() {
        var checker = Self.granted()
        Self.look(&checker, at: 9, [])
        Self.look(&checker, at: 10, Self.names)
        #expect(checker.failure != nil)
        checker = Self.granted()
        Self.look(&checker, at: 9, [])
        checker.notePut([LeaseChecker.Name(lease: 7, place: 3)], at: 10)
        #expect(checker.failure != nil)
        checker = Self.granted()
        Self.look(&checker, at: 9, Self.names)
        Self.look(&checker, at: 8, [])
        #expect(checker.failure?.contains("was there at 9") == true)
    }

    @Test func `no write is refused under a lease that its holder believes in`() {
        var checker = Self.granted()
        checker.noteRefused(7, isAlive: false)
        #expect(checker.failure == nil)
        checker.noteRefused(7, isAlive: true)
        #expect(checker.failure?.contains("is refused") == true)
    }

    @Test func `of a lease that was revoked nothing is there where that was done`() {
        var checker = Self.granted()
        checker.noteGivenUp(7, at: 11 * Self.second, isRevoked: true)
        checker.noteRevoked(7, by: 9, leaving: [])
        #expect(checker.failure == nil)
        checker.noteRevoked(7, by: 9, leaving: [Self.names[2]])
        #expect(checker.failure?.contains("there is /leased/7/2") == true)
    }

    @Test func `a lock has one holder, and its tokens grow`() {
        var checker = LockChecker()
        checker.noteHold(5, in: Self.group, isHeld: true, others: [])
        checker.noteFence(5, in: Self.group, after: 0)
        checker.noteHold(4, in: Self.group, isHeld: false, others: [])
        checker.noteHold(9, in: Self.group, isHeld: true, others: [])
        #expect(checker.failure == nil)
        var other = checker
        other.noteHold(9, in: Self.group, isHeld: false, others: [])
        #expect(other.failure?.contains("two holders") == true)
        other = checker
        other.noteHold(12, in: Self.group, isHeld: true, others: [9])
        #expect(other.failure?.contains("and by 9") == true)
        other = checker
        other.noteHold(8, in: Self.group, isHeld: true, others: [])
        #expect(other.failure?.contains("8 after 9") == true)
        checker.noteFence(5, in: Self.group, after: 9)
        #expect(checker.failure?.contains("is written after") == true)
    }
}
