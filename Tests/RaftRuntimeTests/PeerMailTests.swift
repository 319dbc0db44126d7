import RaftCore
import Testing

@testable import RaftRuntime

/// What peers send while the driver is busy.
@Suite("Messages that wait for the driver") struct PeerMailTests {
    private static let stranger = MemberID(
        node: 99, incarnation: Identifier128(high: 9, low: 9))

    @Test func `peers that send faster than the driver takes are cut short in number`() throws {
        let cluster = try ManualCluster(1) { $0.peerEnvelopesMaximum = 10 }
        let site = cluster.sites[0]
        flood(cluster, count: 10, bytes: 0)
        site.host?.drain(now: cluster.clock.now())
        #expect(site.host?.statistics.strayEnvelopes == 10)
        #expect(site.host?.statistics.droppedEnvelopes == 0)
        flood(cluster, count: 25, bytes: 0)
        site.host?.drain(now: cluster.clock.now())
        #expect(site.host?.statistics.strayEnvelopes == 20)
        #expect(site.host?.statistics.droppedEnvelopes == 15)
        flood(cluster, count: 5, bytes: 0)
        site.host?.drain(now: cluster.clock.now())
        #expect(site.host?.statistics.strayEnvelopes == 25, "there is room again")
    }

    @Test func `and in bytes, but one message always has room`() throws {
        let cluster = try ManualCluster(1) { $0.peerBytesMaximum = 2_000 }
        let site = cluster.sites[0]
        flood(cluster, count: 3, bytes: 840)
        site.host?.drain(now: cluster.clock.now())
        #expect(site.host?.statistics.strayEnvelopes == 2)
        #expect(site.host?.statistics.droppedEnvelopes == 1)
        flood(cluster, count: 2, bytes: 5_000)
        site.host?.drain(now: cluster.clock.now())
        #expect(site.host?.statistics.strayEnvelopes == 3)
        #expect(site.host?.statistics.droppedEnvelopes == 2)
    }

    @Test func `a group gets on although most of what is sent is dropped`() throws {
        let cluster = try ManualCluster(3) { $0.peerEnvelopesMaximum = 1 }
        let leader = try cluster.elect()
        let answers = (0..<50).map {
            cluster.propose([UInt8($0)], at: leader, timeout: .seconds(50))
        }
        for site in cluster.sites { flood(cluster, count: 3, bytes: 0, to: site) }
        #expect(cluster.run(for: .seconds(60)) { answers.allSatisfy { $0.value != nil } })
        #expect(answers.allSatisfy { $0.value?.isCommitted == true })
        let dropped = cluster.sites.compactMap { $0.host?.statistics.droppedEnvelopes }
        #expect(dropped.contains { $0 > 0 })
    }

    /// Sends a host messages for a group that it does not have.
    private func flood(
        _ cluster: ManualCluster, count: Int, bytes: Int, to site: ManualCluster.Site? = nil
    ) {
        let command = ForwardedCommand(
            number: 1, payload: [UInt8](repeating: 1, count: bytes), mayUseReserve: false,
            timeout: .seconds(1))
        let envelope = PeerEnvelope(
            group: GroupID(high: 1, low: 1), sender: Self.stranger,
            receiver: (site ?? cluster.sites[0]).member, content: .commands([command]))
        cluster.network.send(Array(repeating: envelope, count: count))
        _ = cluster.network.deliver()
    }
}
