extension ClusterPlan {
    /// Looks for a smaller plan that fails too, until no smaller one does.
    ///
    /// - Parameter runsMaximum: How many runs to spend on it at most.
    package func shrunk(runsMaximum: Int = 100) -> ClusterReport {
        var best = ClusterRun(self).run()
        precondition(best.failure != nil, "a run that holds has nothing to shrink")
        var runsLeft = runsMaximum
        search: while true {
            for plan in best.plan.reductions {
                guard runsLeft > 0 else { break search }
                runsLeft -= 1
                let report = ClusterRun(plan).run()
                guard report.failure != nil else { continue }
                best = report
                continue search
            }
            break
        }
        return best
    }

    /// The arguments that make this plan again.
    package var arguments: String {
        let names = sortedFaults.map(\.rawValue).joined(separator: ",")
        var words = [
            "--seeds \(seed)..\(seed)", "--events \(eventsMaximum)", "--members \(memberCount)",
            "--clients \(clientCount)", "--keys \(keyCount)", "--watchers \(watchersPerMember)",
            "--transactors \(transactorCount)", "--tenants \(tenantCount)",
            "--triggers \(runsTriggers ? 1 : 0)",
            "--faults \(names.isEmpty ? "none" : names)",
        ]
        if let plant { words.append("--plant \(plant.rawValue)") }
        return words.joined(separator: " ")
    }
}
