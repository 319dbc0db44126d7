import RaftCore
import Testing

@Suite("A group of one voter")
struct SoleVoterTests {
    @Test func `elects itself at once and commits what its disk has`() {
        let id = MemberID(node: 1, incarnation: Identifier128(high: 0, low: 1))
        var server = RaftServer(id: id, seed: 1, now: .zero)
        var effects = RaftEffectBuffer()
        server.step(.bootstrap(Configuration(voters: [id])), now: .zero, into: &effects)
        server.step(.tick, now: .zero, into: &effects)
        #expect(server.role == .candidate)
        server.step(.persisted(WriteSequence(3)), now: .zero, into: &effects)
        #expect(server.role == .leader)
        #expect(server.commitIndex == .zero)
        effects.removeAll()
        server.step(.persisted(WriteSequence(4)), now: .zero, into: &effects)
        #expect(Array(effects) == [.apply(LogIndex(1)...LogIndex(2))])
        server.checkInvariants()
    }
}
