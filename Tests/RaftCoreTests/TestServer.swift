import RaftCore

/// A server with a fake disk, driven step by step; every step checks the invariants.
struct TestServer {
    static let member = MemberID(node: 1, incarnation: Identifier128(high: 0, low: 1))

    var server: RaftServer
    var disk = FakeDisk()
    /// Every effect so far, in order.
    var effects: [RaftEffect] = []
    var handedOut = LogIndex.zero
    var now = Instant(nanoseconds: 1)

    /// A new group of the given voters.
    init(voters: [MemberID] = [member], options: RaftOptions = RaftOptions(), seed: UInt64 = 1) {
        server = RaftServer(id: Self.member, options: options, seed: seed, now: now)
        step(.bootstrap(Configuration(voters: voters)))
    }

    /// A group of one whose first entries are committed and applied.
    static func leader(options: RaftOptions = RaftOptions()) -> TestServer {
        var test = TestServer(options: options)
        test.step(.tick)
        test.persistAll()
        test.persistAll()
        test.applyAll()
        return test
    }

    /// Steps the server and returns the effects.
    @discardableResult
    mutating func step(_ event: RaftEvent) -> [RaftEffect] {
        let before = server
        var buffer = RaftEffectBuffer()
        server.step(event, now: now, into: &buffer)
        server.checkInvariants()
        server.checkTransition(from: before)
        for effect in buffer {
            switch effect {
            case .write(let sequence, let write): disk.write(sequence, write)
            case .apply(let range): handedOut = range.upperBound
            case .compact(let index): disk.compact(through: index)
            default: break
            }
        }
        effects += buffer
        return Array(buffer)
    }

    @discardableResult
    mutating func propose(
        _ token: UInt64, count: Int = 1, bytes: Int = 10, mayUseReserve: Bool = false
    ) -> [RaftEffect] {
        step(
            .propose(
                Proposal(
                    token: ProposalToken(token), entryCount: count, byteCount: bytes,
                    mayUseReserve: mayUseReserve)))
    }

    /// Syncs everything and reports it.
    @discardableResult
    mutating func persistAll() -> [RaftEffect] {
        guard let last = disk.sync(.max) else { return [] }
        return step(.persisted(last))
    }

    mutating func applyAll() { step(.applied(handedOut)) }

    /// Loses everything but the first unsynced writes, and starts again.
    mutating func crash(keeping count: Int = 0) throws {
        let recovered = try disk.crash(keeping: count)
        server = RaftServer(
            id: server.id, options: server.options, recovered: recovered, seed: 2, now: now)
        handedOut = recovered.snapshot.index
        server.checkInvariants()
    }
}
