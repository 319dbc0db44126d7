import RaftRuntime
import RaftStorage

/// What happens in one run of a simulated cluster; the seed decides the rest.
package struct ClusterPlan: Sendable, Hashable {
    /// What goes wrong.
    package enum Fault: String, CaseIterable, Sendable, Hashable {
        case powerCut, kill, pause, slow
        case tornWrite, stuckDisk, fullDisk, failedCall, failedFlush, bitRot, lostDisk
        case loss, repetition, reordering, delay
        case oneWayCut, partition, reset
        case clockRate, dateJump
        case snapshots, transfer, members
        /// Stores that are made, deleted and made again, besides the one that is always there.
        case stores

        /// Whether it happens now and then, and is not there all the time.
        var isMomentary: Bool {
            switch self {
            case .loss, .repetition, .reordering, .clockRate, .snapshots, .members: false
            default: true
            }
        }
    }

    /// A bug on purpose, for the test of the checkers.
    package enum Plant: String, CaseIterable, Sendable, Hashable {
        /// A machine that lost its disk comes back as who it was.
        case keptIdentity
        /// Flushes do nothing.
        case noFlush
        /// A linearizable read is answered from what is applied, without a round.
        case readWithoutRound
        /// A read at a revision does not wait for it.
        case readWithoutRevision
        /// A client makes each of its writes twice.
        case repeatedWrite
        /// The log says that a batch is durable before it writes it.
        case earlyAcknowledgement
        /// A watcher that goes on is not told the first change.
        case forgottenChange
        /// A watcher that goes on is told what it knows already.
        case repeatedChange
        /// A client counts twice for one.
        case repeatedCount
        /// A transaction does not find out that what it looked at has changed.
        case transactionWithoutGuard
        /// A transaction that must be fresh reads what is applied.
        case transactionWithoutRound
        /// A version of a procedure is taken for the other one.
        case mistakenVersion
        /// A procedure is called twice for once.
        case repeatedProcedure
        /// A projection forgets some rows.
        case forgottenRow
        /// The end of a lease spares one of its nodes.
        case sparedNode
        /// The nodes of a lease that is given back go one after the other.
        case piecemealEnd
        /// The nodes of some leases go although their holder is there.
        case earlyExpiry
        /// A lease that is given back goes on.
        case forgottenRevocation
        /// The clocks of two machines differ by more than a lease allows for.
        case driftingClock
        /// What a tenant left is spoken for as long as the process lives.
        case hoardedLease
        /// A lock is held by whoever asks for it.
        case lockWithoutLine
        /// Who gave a lock back goes on for a while, and does not look whether it is another's.
        case heedlessHolder
        /// The handler of a trigger returns before it has done anything.
        case earlyReturn
        /// A trigger is called for each two changes the wrong way round.
        case swappedCalls
        /// A trigger comes before the one whose priority ought to be higher.
        case swappedPriorities
        /// A parked change of a trigger is given up.
        case givenUpChange
        /// The handler of a trigger says that it has done what it failed to do.
        case swallowedFailure
    }

    package var seed: UInt64
    package var memberCount: Int
    /// How many of the members are learners for good, the last ones.
    package var learnerCount = 0
    /// Whether the members have the timeouts for several regions.
    package var spansRegions = false
    package var clientCount: Int
    package var keyCount: Int
    package var watchersPerMember: Int
    /// How many clients make transactions, besides the others.
    package var transactorCount: Int
    /// How many clients take leases and locks, besides the others.
    package var tenantCount: Int
    /// Whether the members run a trigger.
    package var runsTriggers: Bool
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
        watchersPerMember = random.number(below: 3)
        transactorCount = random.number(below: 4)
        tenantCount = random.isOne(in: 3) ? 1 + random.number(below: 3) : 0
        runsTriggers = random.isOne(in: 3)
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
        add { $0.watchersPerMember = max(0, $0.watchersPerMember - 1) }
        add { $0.transactorCount = max(0, $0.transactorCount - 1) }
        add { $0.tenantCount = max(0, $0.tenantCount - 1) }
        add { $0.runsTriggers = false }
        add { $0.eventsMaximum = max(100, $0.eventsMaximum * 4 / 5) }
        return plans
    }

    /// After which a store may refuse to be opened for a while.
    static let diskFaults: Set<Fault> = [.fullDisk, .failedCall, .failedFlush, .tornWrite]

    /// Makes files so small that a short run rolls over and compacts often.
    func adjust(_ log: inout LogOptions, _ host: inout HostOptions) {
        log.minimumSegmentBytes = Self.segmentBytes.lowerBound
        log.maximumSegmentBytes = Self.segmentBytes.upperBound
        host.inlineEntriesMaximum = seed & 1 == 0 ? 64 : 0
        guard faults.contains(.snapshots) else { return }
        host.snapshots = SnapshotPolicy(logBytesMinimum: 2_000, logPercentage: 0)
        host.recentBytesMaximum = 1_000
    }

    static let segmentBytes: ClosedRange<UInt64> = 16 << 10...64 << 10

    /// The faults in a fixed order.
    package var sortedFaults: [Fault] { Fault.allCases.filter(faults.contains) }
}
