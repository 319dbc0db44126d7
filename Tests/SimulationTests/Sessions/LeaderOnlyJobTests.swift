import Khepri
import RaftCore
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// "Two active instances are worse than none": jobs that only one member may do at a time.
@Suite("Jobs of a leader only") struct LeaderOnlyJobTests {
    private static let timeToLive = Duration.seconds(5)

    /// When jobs began and ended.
    private final class Journal: Sendable {
        struct Event {
            let name: String
            let isBeginning: Bool
            let instant: Instant
        }

        private let clock: SimulatedClock
        private let state = Lock<[Event]>([])

        init(_ clock: SimulatedClock) { self.clock = clock }

        var events: [Event] { state.withLock { $0 } }

        func note(_ name: String, isBeginning: Bool) {
            let event = Event(name: name, isBeginning: isBeginning, instant: clock.now())
            state.withLock { $0.append(event) }
        }
    }

    /// The member whose job runs is cut off from all others, be it the one that leads the store or not.
    @Test(arguments: 0..<3, 0..<4 as Range<UInt64>)
    func `a job whose member is cut off has stopped before another member's begins`(
        first: Int, offset: UInt64
    ) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        let journal = Journal(cluster.world.clock)
        let cutAt = try cluster.world.run {
            let stores = try await cluster.found()
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for number in [first, (first + 1) % 3, (first + 2) % 3] {
                    group.addTask {
                        await Self.stand(
                            stores[number], StoreCluster.names[number], cluster, journal)
                    }
                    try await cluster.wait(stores[first]) { journal.events.count == 1 }
                }
                var random = SeededRandom(seed: seed)
                let length = Duration.milliseconds(random.number(below: 5_000))
                await cluster.pause(stores[first], length)
                let cutAt = cluster.world.clock.now()
                cluster.network.isolate(stores[first].cluster.members.first { $0.isLocal }?.id)
                try await cluster.wait(stores[first]) { journal.events.count >= 3 }
                group.cancelAll()
                return cutAt
            }
        }
        let events = journal.events.prefix(3)
        #expect(events.map(\.isBeginning) == [true, false, true])
        #expect(events[0].name == StoreCluster.names[first])
        #expect(events[1].name == events[0].name)
        #expect(events[2].name != events[0].name)
        let running = Duration.nanoseconds(
            Int64(clamping: events[1].instant.nanoseconds(since: cutAt)))
        #expect(running < Self.timeToLive)
    }

    /// Does the job again and again, whenever it is this member's turn.
    private static func stand(
        _ store: TreeStore, _ name: String, _ cluster: StoreCluster, _ journal: Journal
    ) async {
        let election = TreeElection(store, at: "/leader")
        while !Task.isCancelled {
            guard let lease = try? await store.lease(timeToLive: timeToLive) else { continue }
            try? await election.whileLeading(as: name, lease: lease) { _ in
                journal.note(name, isBeginning: true)
                await cluster.sleep(store)
                journal.note(name, isBeginning: false)
            }
        }
    }
}
