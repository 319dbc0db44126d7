import RaftCore
import RaftRuntime
import RaftStorage

/// A machine with one member of the simulated group: what is left when its process ends, and the
/// process while there is one.
final class ClusterMember {
    /// The parts of a process.
    struct Process {
        let life: Int
        let directory: HostDirectory
        let parts: [any Drained]
        let host: RaftHost<RegisterMachine>
        let machine: RegisterMachine
        var group: RaftGroup<RegisterMachine>?
        let opening = Lock<Result<RaftGroup<RegisterMachine>, any Error>?>(nil)
    }

    static let group = GroupID(high: 1, low: 1)

    let number: Int
    let clock: MemberClock
    private let entropy: SeededEntropy
    private(set) var disk = SimulatedDisk()
    private(set) var identity: MemberID?
    var process: Process?
    var lifeCount = 0
    /// Stands still until then.
    var isPaused = false
    /// What each step takes at most, in microseconds.
    var stepMicroseconds = 50
    /// When it is drained next.
    var nextDrain: Instant?

    init(number: Int, clock: MemberClock, seed: UInt64) {
        self.number = number
        self.clock = clock
        entropy = SeededEntropy(seed: seed)
    }

    /// Makes the directory of a new machine, which gives it its identity.
    func found() throws -> MemberID {
        let (directory, _) = try openDirectory()
        try directory.close()
        identity = directory.member
        return directory.member
    }

    private func openDirectory() throws -> (HostDirectory, [GroupID: RecoveredGroup]) {
        var options = LogOptions(
            minimumSegmentBytes: 16 << 10, maximumSegmentBytes: 64 << 10,
            randomBits: { [entropy] in entropy.next() })
        options.node = UInt64(number + 1)
        options.cluster = Identifier128(high: 7, low: 7)
        let opened = try HostDirectory.open("/store", disk: disk, options: options)
        return (opened.host, opened.recovered)
    }

    /// Starts the process with what is on the disk.
    func start(
        _ plan: ClusterPlan, network: SimulatedNetwork, bootstrap: Configuration,
        machine: RegisterMachine, observer: @escaping @Sendable (GroupEvent) -> Void
    ) throws {
        if plan.plant == .noFlush { disk.ignoreFlushes() }
        let (directory, recovered) = try openDirectory()
        let isHasty = plan.plant == .earlyAcknowledgement
        let log: any LogDevice = isHasty ? HastyLog(directory.log) : directory.log
        let host = RaftHost<RegisterMachine>(
            HostPorts(
                log: log, snapshots: directory.snapshots,
                transport: network.transport(of: directory.member), clock: clock,
                wallClock: clock, entropy: entropy),
            options: Self.options(plan))
        lifeCount += 1
        let process = Process(
            life: lifeCount, directory: directory, parts: host.parts, host: host,
            machine: machine)
        var description = GroupDescription(
            id: Self.group, name: "registers", member: directory.member, machine: machine,
            recovered: recovered[Self.group], bootstrap: bootstrap)
        description.observer = observer
        host.open(description) { [opening = process.opening] result in
            opening.withLock { $0 = result }
        }
        self.process = process
    }

    private static func options(_ plan: ClusterPlan) -> HostOptions {
        var options = HostOptions()
        options.timeout = .seconds(2)
        options.inlineEntriesMaximum = plan.seed & 1 == 0 ? 64 : 0
        if plan.faults.contains(.snapshots) {
            options.snapshots = SnapshotPolicy(logBytesMinimum: 2_000, logPercentage: 0)
            options.recentBytesMaximum = 1_000
        }
        return options
    }

    /// Ends the process; a power cut also loses what was not flushed, as chance has it.
    func end(cuttingPower: Bool, _ random: inout SeededRandom, network: SimulatedNetwork) {
        let rest = disk.copy()
        if cuttingPower { rest.crash(choosing: &random) } else { rest.killProcess() }
        // What ran here keeps the old disk, so that nothing it still does is seen.
        disk = rest
        process = nil
        isPaused = false
        if let identity { network.disconnect(identity) }
    }

    /// Does one thing that is ready; says when there is more to do.
    func drain(_ random: inout SeededRandom) throws -> Instant? {
        guard let process else { return nil }
        let parts = process.parts
        let first = random.number(below: parts.count)
        var deadlines: [Instant] = []
        for place in 0..<parts.count {
            let outcome = parts[(first + place) % parts.count].drain(now: clock.now())
            if outcome.didWork {
                try takeGroup()
                return clock.now()
            }
            if let deadline = outcome.nextDeadline { deadlines.append(deadline) }
        }
        return deadlines.min()
    }

    private func takeGroup() throws {
        guard let process, process.group == nil else { return }
        self.process?.group = try process.opening.withLock { $0 }?.get()
    }
}
