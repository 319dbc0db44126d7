import Khepri
import RaftCore
import RaftRuntime

/// A cluster whose voters are in three regions far apart, with a learner beside the most distant one.
///
/// Nothing fails at first, but one envelope in a hundred is lost; then the preferred region is cut off
/// and comes back.
package final class RegionsRun {
    /// The round trips between the first, second and third region, in microseconds.
    static let roundTrips = [[0, 80_000, 150_000], [80_000, 0, 220_000], [150_000, 220_000, 0]]
    /// The regions of the hosts; the last host is the learner.
    static let regions = [0, 1, 2, 2]
    /// What a write may take beyond the round trip to the nearest region.
    static let overheadMaximum = Duration.milliseconds(10)
    /// How soon the leadership has to be where it belongs.
    static let returnMaximum = Duration.seconds(10)
    private static let outage = Duration.seconds(60)
    private static let interval = Duration.seconds(30)

    private let cluster: ClusterRun
    /// The region that is to have the leader.
    private let home: Int
    private let calmDuration: Duration
    private var latencies: [Duration] = []
    private var returnDuration = Duration.zero

    /// - Parameter calmDuration: How long nothing fails.
    package init(seed: UInt64, calmDuration: Duration) {
        var plan = ClusterPlan(seed: seed)
        plan.faults = []
        plan.memberCount = Self.regions.count
        plan.learnerCount = 1
        plan.clientCount = 0
        plan.transactorCount = 0
        plan.tenantCount = 0
        plan.runsTriggers = false
        plan.watchersPerMember = 0
        plan.spansRegions = true
        cluster = ClusterRun(plan)
        home = Int(seed % 3)
        self.calmDuration = calmDuration
    }

    private var members: [ClusterMember] { cluster.members }
    /// The voter of the region that is to have the leader.
    private var preferred: ClusterMember { members[home] }
    private var learner: ClusterMember { members[members.count - 1] }

    /// Runs to the end, or to the first thing that does not hold.
    package func run() -> RegionsReport {
        cluster.found()
        settle()
        stayCalm()
        loseRegion()
        for member in members { cluster.bury(member.end(cuttingPower: false, &cluster.random)) }
        return RegionsReport(
            failure: cluster.failure, eventCount: cluster.trace.eventCount,
            writeCount: latencies.count, medianLatency: medianLatency,
            slowestLatency: latencies.max() ?? .zero, returnDuration: returnDuration)
    }

    // MARK: Phases

    /// Moves the hosts apart, and waits until the preferred one leads.
    private func settle() {
        guard cluster.failure == nil else { return }
        for (sender, origin) in zip(members, Self.regions) {
            for (receiver, target) in zip(members, Self.regions) {
                guard let from = sender.identity, let to = receiver.identity else { continue }
                cluster.network.setDistance(
                    of: .init(from: from, to: to), microseconds: Self.roundTrips[origin][target] / 2
                )
            }
        }
        var weather = NetworkWeather.fair
        weather.losesOneIn = 100
        cluster.network.setWeather(weather)
        guard let leader = cluster.leader, let identity = preferred.identity else { return }
        cluster.steward.begin(.prefer(identity, 1), at: leader)
        cluster.runTasks()
        for member in members { cluster.wake(member) }
        expect("the preferred region gets the leader") { !cluster.steward.isBusy && isHome }
    }

    private var isHome: Bool { preferred.store?.groupStatus.role == .leader }

    /// Writes now and then for a long time, in which the leader must not change.
    private func stayCalm() {
        let end = cluster.clock.now().advanced(by: calmDuration)
        let term = preferred.store?.groupStatus.term
        var number: UInt64 = 0
        while cluster.failure == nil, cluster.clock.now() < end {
            number += 1
            latencies += [write(number)].compactMap(\.self)
            _ = cluster.step(within: Self.interval) { false }
            if cluster.leader?.groupStatus.term != term {
                cluster.fail("there was an election, and nothing had failed")
            }
            if read(at: learner) != number {
                cluster.fail("the learner does not show write \(number) after \(Self.interval)")
            }
        }
        let nearest = Duration.microseconds(Self.roundTrips[home].filter { $0 > 0 }.min() ?? 0)
        if medianLatency > nearest + Self.overheadMaximum {
            cluster.fail(
                "a write takes \(medianLatency), and the nearest region is \(nearest) away")
        }
    }

    private var medianLatency: Duration {
        latencies.isEmpty ? .zero : latencies.sorted()[latencies.count / 2]
    }

    /// Cuts the preferred region off: another one takes over, and gives the leadership back.
    private func loseRegion() {
        guard cluster.failure == nil else { return }
        let cuts = cluster.links(of: preferred)
        for link in cuts { cluster.network.setCut(link, true) }
        expect("another region takes over") { !isHome && cluster.leader != nil }
        _ = cluster.step(within: Self.outage) { false }
        for link in cuts { cluster.network.setCut(link, false) }
        let start = cluster.clock.now()
        // A leader that has always something under way must find the time.
        let isOver = Lock(false)
        writeOn(at: cluster.leader) { isOver.withLock { $0 } }
        expect("the preferred region leads again") { isHome }
        isOver.withLock { $0 = true }
        returnDuration = .nanoseconds(cluster.clock.now().nanoseconds(since: start))
    }

    private func expect(_ what: String, _ isTrue: () -> Bool) {
        guard cluster.failure == nil else { return }
        guard !cluster.step(within: Self.returnMaximum, until: isTrue) else { return }
        cluster.fail("\(what): not within \(Self.returnMaximum)")
    }

    // MARK: Calls

    /// Writes in the leader's region, and returns how long that took.
    private func write(_ number: UInt64) -> Duration? {
        guard let store = preferred.store else { return nil }
        let clock = cluster.clock
        let start = clock.now()
        let end = Lock<Instant?>(nil)
        _ = Task(executorPreference: cluster.executor) {
            let answer = await ClientCall.put.answer(of: store, 0, writing: number)
            guard case .done(true, _) = answer else { return }
            end.withLock { $0 = clock.now() }
        }
        cluster.runTasks()
        cluster.wake(preferred)
        let isDone = cluster.step(within: .seconds(5)) { end.withLock { $0 } != nil }
        guard isDone, let end = end.withLock({ $0 }) else {
            cluster.fail("write \(number) was not carried out")
            return nil
        }
        return .nanoseconds(end.nanoseconds(since: start))
    }

    /// Lets a client write one number after the other, without a pause.
    private func writeOn(at store: TreeStore?, until isOver: @escaping @Sendable () -> Bool) {
        guard let store else { return }
        _ = Task(executorPreference: cluster.executor) {
            var number: UInt64 = 1 << 32
            while !isOver() {
                number += 1
                guard case .done = await ClientCall.put.answer(of: store, 1, writing: number) else {
                    return
                }
            }
        }
        cluster.runTasks()
        for member in members { cluster.wake(member) }
    }

    /// What a member shows at once.
    private func read(at member: ClusterMember) -> UInt64? {
        let content = try? member.store?.local.get(ClientCall.path(of: 0), as: Int.self)
        return content.map { UInt64($0) }
    }
}

/// What came of a run over three regions.
package struct RegionsReport: Sendable {
    /// What did not hold; nil if all did.
    package let failure: String?
    package let eventCount: Int
    package let writeCount: Int
    /// How long a write took in the leader's region.
    package let medianLatency: Duration
    package let slowestLatency: Duration
    /// How long after its return the preferred region led again.
    package let returnDuration: Duration
}
