import Khepri
import RaftCore
import RaftRuntime

/// Whoever runs the cluster: adds, removes and prefers members by the store of the one that leads.
final class ClusterSteward {
    /// One thing to do about the members.
    enum Task: Sendable {
        case add(MemberID, MemberDetails, promotes: Bool)
        case remove(MemberID)
        case promote(MemberID)
        case prefer(MemberID, Int)
        case transfer
    }

    /// What a member is to be.
    struct Seat {
        let details: MemberDetails
        let isVoter: Bool
    }

    private let executor: SingleThreadExecutor
    /// What was done, and whether it is certain that it was.
    private let results = Lock<[(task: Task, isDone: Bool)]>([])
    private(set) var isBusy = false

    init(executor: SingleThreadExecutor) { self.executor = executor }

    /// Begins a task at the member that leads.
    func begin(_ task: Task, at store: TreeStore) {
        isBusy = true
        _ = _Concurrency.Task(executorPreference: executor) { [results] in
            do {
                try await task.carryOut(at: store.cluster)
                results.withLock { $0.append((task, true)) }
            } catch {
                results.withLock { $0.append((task, false)) }
            }
        }
    }

    /// The tasks that have ended since the last time.
    func takeResults() -> [(task: Task, isDone: Bool)] {
        let ended = results.withLock { results in
            defer { results = [] }
            return results
        }
        if !ended.isEmpty { isBusy = false }
        return ended
    }

    /// What has to be done so that exactly some members are there, in their seats; nil if nothing, or if
    /// something is under way.
    func repair(_ configuration: Configuration, wanting wanted: [MemberID: Seat]) -> Task? {
        guard configuration.outgoing.isEmpty else { return nil }
        // A learner that is to be promoted may be gone before it has caught up.
        if let member = configuration.allMembers.first(where: { wanted[$0] == nil }) {
            return .remove(member)
        }
        guard configuration.promotable.isEmpty else { return nil }
        if let member = configuration.learners.first(where: { wanted[$0]?.isVoter == true }) {
            return .promote(member)
        }
        let missing = wanted.keys.sorted().first { !configuration.allMembers.contains($0) }
        return missing.flatMap { member in
            wanted[member].map { .add(member, $0.details, promotes: $0.isVoter) }
        }
    }

    /// Something to do that need not be done.
    func disturbance(
        _ configuration: Configuration, having present: [MemberID: MemberDetails],
        _ random: inout SeededRandom
    ) -> Task? {
        let members = configuration.allMembers
        let outsiders = present.keys.sorted().filter { !members.contains($0) }
        let member = members[random.number(below: members.count)]
        switch random.number(below: 6) {
        case 0, 1:
            // Whoever is left must be there to carry on.
            let rest = configuration.voters.filter { $0 != member }
            let isSafe = !rest.isEmpty && rest.allSatisfy { present[$0] != nil }
            return isSafe ? .remove(member) : nil
        case 2, 3:
            guard let outsider = outsiders.first, let details = present[outsider] else {
                return nil
            }
            return .add(outsider, details, promotes: random.isOne(in: 2))
        case 4: return configuration.learners.first.map { .promote($0) }
        default: return .prefer(member, random.number(below: 3))
        }
    }
}

extension ClusterSteward.Task {
    fileprivate func carryOut(at cluster: Cluster) async throws {
        func name(_ member: MemberID) -> String { Cluster.MemberIdentifier(member).description }
        switch self {
        case .add(let member, let details, let promotes):
            try await cluster.add(member, details, promotes: promotes)
        case .remove(let member): try await cluster.remove(name(member))
        case .promote(let member): try await cluster.promote(name(member))
        case .prefer(let member, let priority):
            try await cluster.setPriority(priority, of: name(member))
        case .transfer: try await cluster.transferLeadership()
        }
    }
}
