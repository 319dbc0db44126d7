import RaftCore
import RaftRuntime
import Testing

@testable import SimulationKit

/// Seeds 2879 and 5676: one of two voters removed itself, and the other lost the end of the change.
@Suite("Known configurations")
struct KnownConfigurationsTests {
    private static let members = (1...2).map { number in
        MemberID(node: number, incarnation: Identifier128(high: 0, low: number))
    }
    private static let both = Configuration(voters: members)
    private static let joint = Configuration(voters: [members[0]], outgoing: members)
    private static let one = Configuration(voters: [members[0]])

    private static func status(
        _ configuration: Configuration, last: UInt64, commit: UInt64
    ) -> GroupStatus {
        var status = GroupStatus()
        status.configuration = configuration
        status.lastPosition = LogPosition(index: LogIndex(last), term: Term(1))
        status.commitIndex = LogIndex(commit)
        return status
    }

    @Test func `a configuration may be in force until a later one is committed`() {
        var known = KnownConfigurations()
        let isOther1 = known.note(Self.status(Self.both, last: 1, commit: 1))
        #expect(isOther1)
        let isOther2 = known.note(Self.status(Self.joint, last: 2, commit: 1))
        #expect(isOther2)
        #expect(known.all == [Self.both, Self.joint])
        let isOther3 = known.note(Self.status(Self.one, last: 3, commit: 2))
        #expect(isOther3)
        #expect(known.all == [Self.joint, Self.one])
        let isOther4 = known.note(Self.status(Self.one, last: 3, commit: 3))
        #expect(!isOther4)
        #expect(known.all == [Self.one])
    }

    @Test func `a member that lost the end of its log is where it was before`() {
        var known = KnownConfigurations()
        _ = known.note(Self.status(Self.joint, last: 2, commit: 2))
        _ = known.note(Self.status(Self.one, last: 3, commit: 2))
        // A process that has just begun knows of none.
        let isOther5 = known.note(Self.status(.empty, last: 2, commit: 0))
        #expect(!isOther5)
        let isOther6 = known.note(Self.status(Self.joint, last: 2, commit: 0))
        #expect(isOther6)
        #expect(known.all.contains(Self.joint))
        _ = known.note(Self.status(Self.joint, last: 2, commit: 2))
        #expect(known.all == [Self.joint])
    }
}
