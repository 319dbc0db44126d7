import RaftCore

/// One run: a time of faults, then healing, then the demand that the group works.
struct ClusterRun {
    let world: ClusterWorld

    init(seed: UInt64) throws { world = try ClusterWorld(seed: seed) }

    #if KHEPRI_MUTANTS
    init(seed: UInt64, mutant: Mutant?) throws {
        world = try ClusterWorld(seed: seed) { $0.mutant = mutant }
    }
    #endif

    /// Runs the world; what went wrong, or nothing.
    func violations(faultyFor duration: UInt64 = 10_000_000_000) throws -> [String] {
        try advance(until: duration) { false }
        try world.heal()
        // Clients go on for a while, then stop.
        try advance(until: world.now + 2_000_000_000) { false }
        world.areClientsActive = false
        try advance(until: world.now + 25_000_000_000) { demands().isEmpty }
        let term = leaderTerm
        try advance(until: world.now + 2_000_000_000) { false }
        let isQuiet = leaderTerm == term
        return world.oracle.violations + demands() + (isQuiet ? [] : ["the term still grows"])
    }

    /// The newest term that somebody leads in; members that were removed may learn of it late.
    private var leaderTerm: Term? {
        servers.filter { $0.role == .leader }.map(\.term).max()
    }

    private var servers: [RaftServer] { world.ids.compactMap { world.members[$0]?.server } }

    /// Lets time pass until an instant, a violation or a condition.
    private func advance(until end: UInt64, or isDone: () -> Bool) throws {
        while world.now < end, world.oracle.violations.isEmpty, !isDone() {
            try world.run(until: min(end, world.now + 200_000_000))
        }
    }

    /// What a healed group owes: one leader, everybody level, nothing left open.
    private func demands() -> [String] {
        var missing: [String] = []
        let leaders = servers.filter { $0.role == .leader }
        guard leaders.count == 1, let leader = leaders.first else {
            return ["\(leaders.count) leaders after healing"]
        }
        if !leader.configuration.outgoing.isEmpty { missing.append("a change is left half done") }
        if leader.commitIndex != leader.lastPosition.index { missing.append("not all committed") }
        let preferred = leader.configuration.priorities.filter {
            leader.configuration.voters.contains($0.member)
        }
        let own = preferred.first { $0.member == leader.id }?.value ?? 0
        if preferred.contains(where: { $0.value > own }) {
            missing.append("\(leader.id.node) leads, another is preferred")
        }
        let ids = leader.configuration.voters + leader.configuration.learners
        for server in servers where ids.contains(server.id) {
            if server.commitIndex != leader.commitIndex || server.leader != leader.id {
                missing.append("\(server.id.node) is not level")
            }
            if server.appliedIndex != leader.commitIndex {
                missing.append("\(server.id.node) has not applied everything")
            }
        }
        if world.oracle.openReads > 0 {
            missing.append("\(world.oracle.openReads) reads have no answer")
        }
        return missing
    }
}
