@testable import RaftCore

/// A small group with its disks and its network as one value, to be copied, compared and explored.
///
/// Time is not part of it: nobody is ever loyal and any timer may end at any moment, which allows all
/// that real clocks allow and more. Pre-votes are assumed to be granted, as they protect nothing but
/// availability. A message that was sent stays in the network for good and can be delivered at any
/// time, also twice or never: that is loss, delay, repetition and reordering in one.
struct SmallWorld: Hashable {
    struct Member: Hashable {
        var server: RaftServer
        /// What survives a crash.
        var durable = FakeDisk.DurableState()
        var pending: [Pending] = []
    }

    struct Pending: Hashable {
        let sequence: WriteSequence
        let write: RaftWrite
    }

    /// A message in the network.
    struct Letter: Hashable {
        let sender: Int
        let receiver: Int
        let message: RaftMessage
        /// What letters are ordered by, so that equal networks are equal whatever came first.
        let key: [UInt8]

        init(sender: Int, receiver: Int, message: RaftMessage) {
            (self.sender, self.receiver, self.message) = (sender, receiver, message)
            key = [UInt8(receiver), UInt8(sender)] + message.encoded()
        }
    }

    enum Event: Hashable {
        case deliver(Int)
        case timeout(Int)
        case propose(Int)
        case persist(Int)
        case crash(Int, keeping: Int)
    }

    var members: [Member] = []
    /// Everything that was ever sent and could still matter, in the order of the keys.
    private(set) var letters: [Letter] = []
    var ghost = SmallWorldGhost()
    /// What may still happen.
    var limits: Limits

    /// Bounds of the exploration.
    struct Limits: Hashable, Sendable {
        var elections: Int
        var proposals: Int
        var crashes: Int
    }

    /// A group whose first configuration is on every disk.
    init(members count: Int, limits: Limits, change: (inout RaftOptions) -> Void = { _ in }) throws
    {
        self.limits = limits
        var options = RaftOptions()
        change(&options)
        let voters = (0..<count).map(Self.id)
        let configuration = Configuration(voters: voters)
        var durable = FakeDisk.DurableState()
        durable.hardState = HardState(term: Term(1))
        durable.entries = [
            FakeDisk.Entry(
                position: LogPosition(index: LogIndex(1), term: Term(1)),
                source: .configuration(configuration), body: 0)
        ]
        for voter in voters {
            let recovered = try durable.recovered()
            let server = RaftServer(
                id: voter, options: options, recovered: recovered, seed: 1, now: .zero)
            members.append(Member(server: server, durable: durable))
            normalise(members.count - 1)
        }
    }

    /// The world once the first member leads in the second term and all are level, with an empty network.
    func led() throws -> SmallWorld {
        var world = self
        world.campaign(0)
        while !world.letters.isEmpty || world.members.contains(where: { !$0.pending.isEmpty }) {
            for number in world.members.indices {
                world.persist(number, world.members[number].pending.count)
            }
            let letters = world.letters
            world.letters = []
            for letter in letters {
                world.step(letter.receiver, .receive(letter.message, from: Self.id(letter.sender)))
            }
        }
        return world
    }

    static func id(_ number: Int) -> MemberID {
        MemberID(node: UInt64(number), incarnation: Identifier128(high: 0, low: 0))
    }

    /// What can happen next, in a fixed order.
    var events: [Event] {
        var events: [Event] = letters.indices.map { .deliver($0) }
        for (number, member) in members.enumerated() {
            if !member.pending.isEmpty { events.append(.persist(number)) }
            let isLeader = member.server.role == .leader
            if limits.elections > 0, !isLeader { events.append(.timeout(number)) }
            if limits.proposals > 0, isLeader { events.append(.propose(number)) }
            guard limits.crashes > 0 else { continue }
            for count in 0...member.pending.count {
                events.append(.crash(number, keeping: count))
            }
        }
        return events
    }

    /// The world after an event.
    func after(_ event: Event) throws -> SmallWorld {
        var next = self
        switch event {
        case .deliver(let place):
            let letter = letters[place]
            next.step(
                letter.receiver, .receive(letter.message, from: Self.id(letter.sender)))
        case .timeout(let number):
            next.limits.elections -= 1
            next.campaign(number)
        case .propose(let number):
            next.limits.proposals -= 1
            let proposal = Proposal(token: ProposalToken(0), entryCount: 1, byteCount: 1)
            next.step(number, .propose(proposal))
        case .persist(let number): next.persist(number, members[number].pending.count)
        case .crash(let number, let count):
            next.limits.crashes -= 1
            try next.crash(number, keeping: count)
        }
        next.forgetOldLetters()
        return next
    }

    private mutating func campaign(_ number: Int) {
        step(number, .campaign)
        let server = members[number].server
        for other in members.indices where other != number && server.role == .follower {
            let reply = PreVoteReply(term: server.term, isGranted: true)
            let message = RaftMessage(term: server.term, content: .preVoteReply(reply))
            step(number, .receive(message, from: Self.id(other)))
        }
    }

    private mutating func persist(_ number: Int, _ count: Int) {
        let done = members[number].pending.prefix(count)
        for pending in done { members[number].durable.apply(pending.write, body: 0) }
        members[number].pending.removeFirst(count)
        if let last = done.last { step(number, .persisted(last.sequence)) }
    }

    private mutating func crash(_ number: Int, keeping count: Int) throws {
        for pending in members[number].pending.prefix(count) {
            members[number].durable.apply(pending.write, body: 0)
        }
        members[number].pending = []
        let recovered = try members[number].durable.recovered()
        members[number].server = RaftServer(
            id: Self.id(number), options: members[number].server.options, recovered: recovered,
            seed: 1, now: .zero)
        normalise(number)
    }

    private mutating func post(_ letter: Letter) {
        switch letter.message.content {
        // Lost on the way: they only make things faster.
        case .preVoteRequest, .outdated, .voteReply(isGranted: false): return
        default: break
        }
        let place = letters.firstIndex { !$0.key.lexicographicallyPrecedes(letter.key) }
        guard let place, letters[place] != letter else {
            if place == nil { letters.append(letter) }
            return
        }
        letters.insert(letter, at: place)
    }

    private mutating func step(_ number: Int, _ event: RaftEvent) {
        let before = members[number].server
        var effects = RaftEffectBuffer()
        members[number].server.step(event, now: Self.instant(of: event), into: &effects)
        members[number].server.checkInvariants()
        members[number].server.checkTransition(from: before)
        for effect in effects { carryOut(effect, of: number) }
        normalise(number)
        ghost.stepped(number, from: before, in: self)
    }

    private mutating func carryOut(_ effect: RaftEffect, of number: Int) {
        switch effect {
        case .write(let sequence, let write):
            members[number].pending.append(Pending(sequence: sequence, write: write))
        case .send(let message, let receiver):
            let letter = Letter(sender: number, receiver: Int(receiver.node), message: message)
            ghost.sent(letter, by: members[number])
            post(letter)
        case .apply(let range): ghost.applied(range, by: members[number])
        default: break
        }
    }

    /// Requests for votes come when every promise of loyalty has run out.
    private static func instant(of event: RaftEvent) -> Instant {
        guard case .receive(let message, _) = event, case .voteRequest = message.content else {
            return Instant(nanoseconds: 1_000_000_000_000)
        }
        return Instant(nanoseconds: 2_000_000_000_000)
    }

    /// Takes time and chance out of a server, and numbers that only count.
    private mutating func normalise(_ number: Int) {
        var server = members[number].server
        server.following.leaderContact = .zero
        server.random = SplitMix64(seed: 1)
        server.lastForwarded = ForwardedRead(0)
        server.leadership?.heartbeat = nil
        if server.electionDeadline != nil { server.electionDeadline = .zero }
        let isNumberNeeded = server.candidacy != nil || server.following.vote != nil
        if server.writes.inFlight.isEmpty, !isNumberNeeded {
            server.writes = WriteLedger(persistedIndex: server.writes.persistedIndex)
        }
        members[number].server = server
    }

    /// Drops what its receiver will answer with a refusal for ever.
    private mutating func forgetOldLetters() {
        letters.removeAll { members[$0.receiver].durable.hardState.term > $0.message.term }
    }
}
