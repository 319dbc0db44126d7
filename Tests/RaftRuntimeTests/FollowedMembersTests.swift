import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Groups whose members follow those of another one")
struct FollowedMembersTests {
    private static let follower = GroupID(high: 9, low: 10)

    /// Opens a group on a site that follows the one of the cluster, and has others as its first voters.
    private static func open(
        on site: ManualCluster.Site, of cluster: ManualCluster, voters: [MemberID]
    ) throws -> RaftGroup<JournalMachine> {
        var description = GroupDescription(
            id: follower, name: "follower", member: site.member, machine: JournalMachine(),
            bootstrap: Configuration(voters: voters))
        description.follows = ManualCluster.group
        let result = Lock<Result<RaftGroup<JournalMachine>, any Error>?>(nil)
        site.host?.open(description) { value in result.withLock { $0 = value } }
        site.host?.drain(now: cluster.clock.now())
        guard let opened = result.withLock({ $0 }) else { throw NotAnswered() }
        return try opened.get()
    }

    /// A voter that there is not.
    private static let stranger = MemberID(node: 77, incarnation: Identifier128(high: 7, low: 7))

    @Test func `a voter that the other group does not have is removed`() throws {
        let cluster = try ManualCluster(3)
        let groups = try cluster.sites.map {
            try Self.open(on: $0, of: cluster, voters: cluster.members + [Self.stranger])
        }
        let areInStep = cluster.run(for: .seconds(10)) {
            groups.allSatisfy {
                $0.status.configuration.voters == cluster.members
                    && !$0.status.configuration.isJoint
            }
        }
        #expect(areInStep)
    }

    @Test
    func `whoever leaves leaves at once, so that the lost are not needed for the others to go`()
        throws
    {
        let cluster = try ManualCluster(2, voters: 1)
        let groups = try cluster.sites.map {
            try Self.open(on: $0, of: cluster, voters: cluster.members + [Self.stranger])
        }
        let first = [cluster.members[0]]
        let areInStep = cluster.run(for: .seconds(20)) {
            groups[0].status.configuration == Configuration(voters: first)
        }
        #expect(areInStep, "\(groups[0].status.configuration)")
    }

    @Test func `a leader that cannot finish a step is not busy while it waits`() throws {
        let cluster = try ManualCluster(3)
        let groups = try cluster.sites.map {
            try Self.open(on: $0, of: cluster, voters: cluster.members + [Self.stranger])
        }
        func place() -> Int? {
            groups.firstIndex {
                $0.status.role == .leader && $0.status.commitIndex == $0.status.lastPosition.index
            }
        }
        cluster.run(for: .seconds(10)) { place() != nil }
        let leader = try #require(place())
        cluster.network.isolate(cluster.members[leader], from: cluster.members)
        for _ in 0..<30 {
            cluster.clock.advance(by: .milliseconds(10))
            let deadline = cluster.sites[leader].host?.drain(now: cluster.clock.now())
            let next = try #require(deadline)
            #expect(next > cluster.clock.now())
        }
        #expect(groups[leader].status.configuration.isJoint, "a step was begun")
    }
}
