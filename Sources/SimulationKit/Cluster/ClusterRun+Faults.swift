import Khepri
import RaftCore
import RaftRuntime
import RaftStorage

extension ClusterRun {
    /// The faults of the network that are always there.
    func chosenWeather() -> NetworkWeather {
        var weather = NetworkWeather.fair
        if plan.faults.contains(.loss) { weather.losesOneIn = 10 + random.number(below: 90) }
        if plan.faults.contains(.repetition) { weather.repeatsOneIn = 5 + random.number(below: 45) }
        if plan.faults.contains(.reordering) {
            weather.holdsBackOneIn = 5 + random.number(below: 45)
        }
        if plan.faults.contains(.delay) {
            weather.delayMaximum = 1_000 + random.number(below: 50_000)
        }
        return weather
    }

    /// How many of a machine's seconds there are in a thousand.
    func chosenClockRate(of number: Int) -> Int {
        if plan.plant == .driftingClock { return number.isMultiple(of: 2) ? 700 : 1_300 }
        return plan.faults.contains(.clockRate) ? 950 + random.number(below: 101) : 1_000
    }

    /// Lets one of the faults of the plan happen, and plans the next.
    func injectFault() {
        guard !isHealed else { return }
        queue.add(.fault, at: later(microseconds: 600_000))
        let faults = plan.sortedFaults.filter(\.isMomentary)
        guard !faults.isEmpty else { return }
        let fault = faults[random.number(below: faults.count)]
        let member = members[random.number(below: members.count)]
        trace.note(.fault, clock.now(), member.number, 0, fault.rawValue)
        inject(fault, member)
        wake(member)
    }

    private func inject(_ fault: ClusterPlan.Fault, _ member: ClusterMember) {
        switch fault {
        case .powerCut, .kill: end(member, cuttingPower: fault == .powerCut)
        case .pause:
            member.isPaused = true
            repair(.resume(member: member.number), within: 3_000_000)
        case .slow:
            member.stepMicroseconds = 20_000
            repair(.resume(member: member.number), within: 2_000_000)
        case .oneWayCut, .partition: cut(member, isOneWay: fault == .oneWayCut)
        case .reset:
            for link in links(of: member) { network.reset(link) }
        case .delay:
            var storm = weather
            storm.delayMaximum = 300_000
            network.setWeather(storm)
            repair(.clear(weather), within: 1_000_000)
        case .dateJump: member.clock.jump(milliseconds: random.number(below: 200_000) - 100_000)
        case .transfer:
            if let leader, !steward.isBusy { steward.begin(.transfer, at: leader) }
        case .stores:
            guard let host = member.host, member.store != nil, !keeper.isBusy else { return }
            trace.note(
                .kept, clock.now(), member.number, 0, "\(keeper.begin(at: host, &random))")
        case .tornWrite, .stuckDisk, .fullDisk, .failedCall, .failedFlush, .bitRot, .lostDisk:
            spoilDisk(of: member, fault)
        case .loss, .repetition, .reordering, .clockRate, .snapshots, .members: break
        }
    }

    private func spoilDisk(of member: ClusterMember, _ fault: ClusterPlan.Fault) {
        let disk = member.disk
        switch fault {
        case .tornWrite: disk.fail(call: disk.callCount + random.number(below: 30), with: .halt)
        case .failedCall:
            let kinds = [
                .error(DiskFault.inputOutput), .error(DiskFault.noSpace), DiskFault.shortWrite,
            ]
            disk.fail(
                call: disk.callCount + random.number(below: 30),
                with: kinds[random.number(below: 3)])
        case .failedFlush: disk.fail(next: .flush, with: .error(DiskFault.inputOutput))
        case .stuckDisk:
            member.isDiskStuck = true
            repair(.resume(member: member.number), within: 6_000_000)
        case .fullDisk:
            disk.setCapacity(disk.usedBytes + random.number(below: 4_096))
            repair(.giveSpace(member: member.number), within: 3_000_000)
        case .bitRot where mayLose(member) && !member.isDamaged:
            // Of two changed bits in the last batch no checksum can say that it was once whole.
            end(member, cuttingPower: random.isOne(in: 2))
            member.flipBit(&random)
        case .lostDisk where mayLose(member):
            end(member, cuttingPower: false)
            replaceDisk(of: member)
        default: break
        }
    }

    /// Cuts a member off from some of the others, so that some may still reach both sides.
    private func cut(_ member: ClusterMember, isOneWay: Bool) {
        let all = links(of: member)
        let isSending = random.isOne(in: 2)
        let chosen = all.filter { link in
            guard isOneWay else { return true }
            return (link.sender == member.identity) == isSending && random.isOne(in: 2)
        }
        let isPartial = !isOneWay && random.isOne(in: 2)
        let cuts = isPartial ? Array(chosen.prefix(2 + 2 * random.number(below: 2))) : chosen
        for link in cuts { network.setCut(link, true) }
        repair(.mend(cuts), within: 4_000_000)
    }

    /// The ways between a member and each other, both of one other together.
    func links(of member: ClusterMember) -> [SimulatedNetwork.Link] {
        guard let own = member.identity else { return [] }
        return members.compactMap(\.identity).filter { $0 != own }.flatMap {
            [SimulatedNetwork.Link(from: own, to: $0), SimulatedNetwork.Link(from: $0, to: own)]
        }
    }

    func repair(_ repair: ClusterRepair, within microseconds: Int) {
        queue.add(.repair(repair), at: later(microseconds: microseconds))
    }

    /// Lets a member work as usual.
    func resume(_ member: ClusterMember) {
        member.isPaused = false
        member.isDiskStuck = false
        member.stepMicroseconds = ClusterMember.usualStepMicroseconds
        wake(member)
    }

    func carryOut(_ repair: ClusterRepair) {
        trace.note(.repair, clock.now(), 0, 0, "\(repair)")
        switch repair {
        case .start(let number):
            if members[number].process == nil { start(members[number]) }
        case .resume(let number): resume(members[number])
        case .giveSpace(let number):
            members[number].disk.setCapacity(nil)
            wake(members[number])
        case .replace(let number, let identity):
            let member = members[number]
            // Somebody may have added it again.
            guard let leader, !steward.isBusy, member.identity == identity,
                !leader.groupStatus.configuration.allMembers.contains(identity)
            else { return }
            // The other stores follow.
            guard !mayBeMember(identity) else { return self.repair(repair, within: 3_000_000) }
            end(member, cuttingPower: false)
            replaceDisk(of: member)
        case .mend(let cuts):
            for link in cuts { network.setCut(link, false) }
        case .clear(let weather):
            if !isHealed { network.setWeather(weather) }
        }
    }
}
