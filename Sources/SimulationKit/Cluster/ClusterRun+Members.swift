import Khepri
import RaftCore
import RaftRuntime

// Changes of members: what the steward does, and what follows.
extension ClusterRun {
    /// Lets the steward do something, and come again.
    func tend() {
        queue.add(.steward, at: later(microseconds: isCalm ? 100_000 : 800_000))
        guard !steward.isBusy, let leader, invitation != nil else { return }
        let configuration = leader.groupStatus.configuration
        let present = Dictionary(
            uniqueKeysWithValues: members.compactMap { member in
                member.store == nil ? nil : member.identity.map { ($0, member.details) }
            })
        let known = members.compactMap(\.identity)
        let lost = configuration.allMembers.filter { !known.contains($0) }
        var task: ClusterSteward.Task?
        if isCalm || (!lost.isEmpty && random.isOne(in: 2)) {
            // Who is down for a moment is not removed.
            let wanted = Dictionary(
                uniqueKeysWithValues: members.compactMap { member in
                    member.identity.map {
                        ($0, ClusterSteward.Seat(details: member.details, isVoter: member.isVoter))
                    }
                })
            task = steward.repair(configuration, wanting: wanted)
            if case .add(let member, _, _) = task, present[member] == nil { task = nil }
        } else if plan.faults.contains(.members), lost.isEmpty {
            task = steward.disturbance(configuration, having: present, &random)
        }
        guard let task else { return }
        trace.note(.tended, clock.now(), 0, 0, "\(task)")
        steward.begin(task, at: leader)
        for member in members { wake(member) }
    }

    /// Whether nothing goes wrong, before the clients come and after all is healed.
    private var isCalm: Bool { isHealed || !hasBegun }

    /// A task of the steward has ended.
    func ended(_ task: ClusterSteward.Task, _ isDone: Bool) {
        trace.note(.tended, clock.now(), 0, isDone ? 2 : 1, "\(task)")
        guard isDone, !isHealed, case .remove(let identity) = task else { return }
        guard let member = members.first(where: { $0.identity == identity }) else { return }
        // It does not know, and goes on for a while.
        repair(.replace(member: member.number, identity), within: 3_000_000)
    }
}
