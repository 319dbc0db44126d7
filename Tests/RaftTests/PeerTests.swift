import Raft
import TestSupport
import Testing

@Suite("Peers as text") struct PeerTests {
    private static let incarnation = Identifier128(high: 0x0123_4567_89ab_cdef, low: 1)
    private static let uuid = "01234567-89ab-cdef-0000-000000000001"

    @Test func `a peer is its number, its identity and its address`() {
        let member = MemberID(node: 2, incarnation: Self.incarnation)
        #expect("\(RaftPeer(member, at: "[::1]:7400"))" == "2:\(Self.uuid)@[::1]:7400")
        #expect("\(RaftPeer(member))" == "2:\(Self.uuid)")
    }

    @Test func `any peer is the same after the way through text`() {
        var random = TestRandom()
        for _ in 0..<500 {
            let incarnation = Identifier128(high: random.next(), low: random.next())
            let address = random.oneIn(3) ? nil : random.element(["a:1", "[::1]:7", "x@y:2", "@"])
            let peer = RaftPeer(
                MemberID(node: random.next(), incarnation: incarnation), at: address)
            #expect(RaftPeer("\(peer)") == peer)
        }
    }

    @Test(arguments: [
        "", "@", "2", "2:", "2:\(uuid)@", "\(uuid)", "-1:\(uuid)", "2:\(uuid):3", "2:2:\(uuid)",
        "18446744073709551616:\(uuid)", "2:\(uuid.dropLast())",
    ])
    func `text that is no peer is none`(text: String) {
        #expect(RaftPeer(text) == nil)
    }

    @Test func `an address is as long as it may be and no longer`() {
        let longest = String(repeating: "a", count: RaftPeer.addressBytesMaximum)
        let member = MemberID(node: 2, incarnation: Self.incarnation)
        #expect(RaftPeer("2:\(Self.uuid)@\(longest)") == RaftPeer(member, at: longest))
        #expect(RaftPeer("2:\(Self.uuid)@\(longest)a") == nil)
        // It fits into what a configuration may say of a host.
        guard case .add(_, true, let details) = MembershipChange.add(RaftPeer(member, at: longest))
        else { return #expect(Bool(false), "a host is added as a learner that is promoted") }
        #expect(details.count <= Configuration.Details.bytesMaximum)
    }
}
