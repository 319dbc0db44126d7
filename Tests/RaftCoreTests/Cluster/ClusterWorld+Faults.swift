import RaftCore
import TestSupport

// What the world does to the group, and what its users do.
extension ClusterWorld {
    private var running: [MemberID] { ids.filter { members[$0]?.server != nil } }

    private var leaders: [MemberID] { running.filter { members[$0]?.server?.role == .leader } }

    func choose(_ list: [MemberID]) -> MemberID? {
        list.isEmpty ? nil : list[random.next(through: list.count - 1)]
    }

    func actAsClient() {
        let isLeaderWanted = !random.oneIn(4)
        guard let id = (isLeaderWanted ? choose(leaders) : nil) ?? choose(running) else { return }
        switch random.next(through: 9) {
        case 0...5:
            let count = 1 + random.next(through: 3)
            step(
                id,
                .propose(
                    Proposal(
                        token: ProposalToken(number()), entryCount: count, byteCount: 10 * count)))
        case 6: read(at: id, byLease: faults.leases)
        default: read(at: choose(running) ?? id, byLease: faults.leases && random.oneIn(3))
        }
    }

    func read(at id: MemberID, byLease: Bool) {
        let read = ReadID(number())
        oracle.asked(read, of: id)
        step(id, byLease ? .leaseRead(read) : .read(read))
    }

    /// One random fault of the kinds this run has, or the end of one.
    func makeTrouble() throws {
        switch random.next(through: 9) {
        case 0 where faults.partitions: partition()
        case 1 where faults.oneWayCuts:
            if let one = choose(ids), let other = choose(ids), one != other {
                cuts.insert([one, other])
            }
        case 2, 3: cuts.removeAll()
        case 4 where faults.crashes: try crash()
        case 5 where faults.pauses:
            if let id = choose(running) { members[id]?.pausedUntil = now + pick(0...3_000_000_000) }
        case 6 where faults.stuckDisks:
            if let id = choose(running) { members[id]?.stuckUntil = now + pick(0...8_000_000_000) }
        case 7 where faults.membership:
            for _ in 0...random.next(through: 2) { changeMembership() }
        case 8 where faults.transfers:
            if let id = choose(leaders) {
                step(id, .transferLeadership(to: random.oneIn(2) ? choose(ids) : nil))
            }
        case 9 where faults.transfers: if let id = choose(running) { step(id, .campaign) }
        default: break
        }
    }

    /// Two halves, one member alone, or two halves with a bridge.
    private func partition() {
        cuts.removeAll()
        let left = ids.filter { _ in random.oneIn(2) }
        let bridge = random.oneIn(3) ? choose(ids) : nil
        let alone = random.oneIn(3) ? choose(leaders) : nil
        for one in ids {
            for other in ids where one != other && one != bridge && other != bridge {
                let isApart =
                    alone.map { one == $0 || other == $0 }
                    ?? (left.contains(one) != left.contains(other))
                if isApart { cuts.insert([one, other]) }
            }
        }
    }

    /// Ends all cuts but those of one member, from all others or from one of them.
    func isolate(_ id: MemberID) {
        guard !isHealed else { return }
        cuts.removeAll()
        let others = ids.filter { $0 != id }
        for other in random.oneIn(3) ? [choose(others)].compactMap({ $0 }) : others {
            cuts.formUnion([[id, other], [other, id]])
        }
    }

    private func crash() throws {
        let victims = random.oneIn(6) ? running : [choose(running)].compactMap { $0 }
        for id in victims { crash(id) }
    }

    private func crash(_ id: MemberID) {
        stop(id)
        queue.add(.restart(id), at: now + pick(1_000_000...4_000_000_000))
    }

    /// A member votes: perhaps something happens to it while the election goes on.
    func layAmbush(for id: MemberID) {
        guard faults.ambushes, !isHealed, random.oneIn(3), let life = members[id]?.life else {
            return
        }
        queue.add(.ambush(id, life: life), at: now + pick(0...20_000_000))
    }

    func ambush(_ id: MemberID, _ life: Int) {
        guard !isHealed, members[id]?.life == life, members[id]?.server != nil else { return }
        if random.oneIn(2) { crash(id) } else { isolate(id) }
    }

    private func changeMembership() {
        guard let id = choose(leaders) ?? choose(running) else { return }
        let token = ProposalToken(number())
        let configuration = members[id]?.server?.configuration ?? .empty
        let all = configuration.voters + configuration.learners
        switch random.next(through: 5) {
        case 0, 1:
            let new = Self.member(UInt64(members.count + 1))
            guard members.count < 8 else { return }
            addMember(new)
            try? start(new)
            step(
                id, .changeMembership(.add(new, promotes: !random.oneIn(4)), token, expecting: nil))
        case 2, 3:
            guard let member = choose(all) else { return }
            let others = token.rawValue.isMultiple(of: 3) ? all.filter { $0 != member } : []
            step(
                id,
                .changeMembership(.removeAll([member] + others.prefix(1)), token, expecting: nil))
        case 4:
            guard let member = choose(configuration.learners) else { return }
            step(id, .changeMembership(.promote(member), token, expecting: nil))
        default:
            guard let member = choose(all) else { return }
            let value = random.next(through: 3)
            step(id, .changeMembership(.setPriority(member, value), token, expecting: nil))
        }
    }

    /// Ends all faults; what is down comes back.
    func heal() throws {
        isHealed = true
        cuts.removeAll()
        for id in ids {
            members[id]?.pausedUntil = 0
            members[id]?.stuckUntil = 0
            members[id]?.diskLatency = 100_000...2_000_000
            try start(id)
            startFlushAgain(id)
        }
    }

    /// A write that was stuck is finished now.
    private func startFlushAgain(_ id: MemberID) {
        guard let member = members[id], member.disk.flushing != nil else { return }
        queue.add(.flush(id, life: member.life), at: now)
    }
}
