/// What happens in one run of a simulated cluster; the seed decides the rest.
package struct ClusterPlan: Sendable, Hashable {
    /// What goes wrong.
    package enum Fault: String, CaseIterable, Sendable, Hashable {
        case powerCut, kill, pause, slow
        case loss, repetition, reordering, delay
        case oneWayCut, partition, reset
        case clockRate, dateJump
        case snapshots, transfer
    }

    /// A bug on purpose, for the test of the checkers.
    package enum Plant: String, CaseIterable, Sendable, Hashable {
        /// Flushes do nothing.
        case noFlush
        /// A read is answered from what is applied, without a round.
        case readWithoutRound
        /// The log says that a batch is durable before it writes it.
        case earlyAcknowledgement
    }

    package var seed: UInt64
    package var memberCount: Int
    package var clientCount: Int
    package var keyCount: Int
    package var faults: Set<Fault>
    /// Events before everything is healed.
    package var eventsMaximum: Int
    package var plant: Plant?

    /// A plan of a seed's choice, with some of all faults.
    ///
    /// Leaving faults out finds more ("swarm testing", Groce and others 2012).
    package init(seed: UInt64, eventsMaximum: Int = 10_000, plant: Plant? = nil) {
        var random = SeededRandom(seed: seed ^ 0x5EED)
        self.seed = seed
        self.eventsMaximum = eventsMaximum
        self.plant = plant
        memberCount = 3 + random.number(below: 3)
        clientCount = 1 + random.number(below: 6)
        keyCount = 1 + random.number(below: 5)
        faults = []
        for fault in Fault.allCases where random.isOne(in: 3) { faults.insert(fault) }
    }

    /// Smaller plans to try in its place, the greatest steps first.
    package var reductions: [ClusterPlan] {
        var plans: [ClusterPlan] = []
        func add(_ change: (inout ClusterPlan) -> Void) {
            var plan = self
            change(&plan)
            if plan != self { plans.append(plan) }
        }
        add { $0.eventsMaximum = max(100, $0.eventsMaximum / 2) }
        for fault in Fault.allCases where faults.contains(fault) { add { $0.faults.remove(fault) } }
        add { $0.clientCount = max(1, $0.clientCount / 2) }
        add { $0.clientCount = max(1, $0.clientCount - 1) }
        add { $0.memberCount = max(3, $0.memberCount - 1) }
        add { $0.keyCount = max(1, $0.keyCount - 1) }
        add { $0.eventsMaximum = max(100, $0.eventsMaximum * 4 / 5) }
        return plans
    }

    /// The faults in a fixed order.
    package var sortedFaults: [Fault] { Fault.allCases.filter(faults.contains) }
}
