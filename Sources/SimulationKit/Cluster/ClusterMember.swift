import Khepri
import RaftCore
import RaftRuntime
import RaftStorage

/// A machine of the simulated cluster: what is left when its process ends, and the process while
/// there is one.
final class ClusterMember {
    static let usualStepMicroseconds = 50

    let number: Int
    let name: String
    let clock: MemberClock
    /// Whether it is to have a vote.
    let isVoter: Bool
    private let seed: UInt64
    private(set) var entropy: SeededEntropy
    private(set) var disk = SimulatedDisk()
    private(set) var process: StoreProcess?
    /// Who the member is, as its directory says; nil before it is made.
    private(set) var identity: MemberID?
    /// What it has shown of who are the members of each store.
    private(set) var configurations: [GroupID: KnownConfigurations] = [:]
    private var lifeCount = 0
    /// Whether something has changed a closed file and no process has opened it since.
    private(set) var isDamaged = false
    /// Stands still until somebody resumes it.
    var isPaused = false
    /// What waits for the disk stands still until somebody resumes it.
    var isDiskStuck = false
    /// What each step takes at most, in microseconds.
    var stepMicroseconds = ClusterMember.usualStepMicroseconds
    /// When it is drained next.
    var nextDrain: Instant?

    init(number: Int, isVoter: Bool, clock: MemberClock, seed: UInt64) {
        self.number = number
        self.isVoter = isVoter
        name = "host\(number)"
        self.clock = clock
        self.seed = seed
        entropy = SeededEntropy(seed: seed)
    }

    /// What its host says of itself.
    var details: MemberDetails { MemberDetails(name: name, peerAddress: "\(name):1") }

    /// The open host, unless the machine stands still.
    var host: StoreHost? { isPaused ? nil : process?.host }

    /// The store that is always there, once it is open, unless the machine stands still.
    var store: TreeStore? { isPaused ? nil : process?.store }

    /// The open stores, unless the machine stands still.
    var stores: [TreeStore] { isPaused ? [] : process?.stores ?? [] }

    /// The configurations of its stores that may be in force.
    var knownConfigurations: [Configuration] { configurations.values.flatMap(\.all) }

    /// How it stands, in words.
    var summary: String {
        let label = "\(name) \(identity?.label ?? "without identity")"
        let stores = process?.stores ?? []
        guard !stores.isEmpty else { return label + " closed" }
        return label + stores.map { " \($0.name): \($0.groupStatus.summary)" }.joined()
    }

    /// Starts the process with what is on the disk.
    func start(_ process: (Int) -> StoreProcess) {
        precondition(self.process == nil, "a machine runs one process")
        lifeCount += 1
        self.process = process(lifeCount)
    }

    /// Takes in who the member is, once its directory is open, and that its files are sound.
    func noteOpening() {
        identity = process?.identity ?? identity
        guard isDamaged, let host = process?.host, process?.store != nil else { return }
        if host.openStores.count == host.storeNames.count { isDamaged = false }
    }

    /// Takes in how it stands in each of its stores; says in which there are other members than before.
    func note(_ stores: [TreeStore]) -> [TreeStore] {
        let closed = configurations.keys.filter { group in
            !stores.contains { $0.groupID == group }
        }
        for group in closed { configurations[group] = nil }
        return stores.filter { store in
            configurations[store.groupID, default: KnownConfigurations()].note(store.groupStatus)
        }
    }

    /// Ends the process; a power cut also loses what was not flushed, as chance has it.
    ///
    /// - Returns: The process, which keeps the old disk, so that nothing it still does is seen.
    func end(cuttingPower: Bool, _ random: inout SeededRandom) -> StoreProcess? {
        defer { process = nil }
        let rest = disk.copy()
        if cuttingPower || disk.isHalted {
            rest.crash(choosing: &random)
        } else {
            rest.killProcess()
        }
        disk = rest
        isPaused = false
        isDiskStuck = false
        return process
    }

    /// Puts an empty disk in place of the one there is.
    ///
    /// - Returns: Who is lost with it.
    func replaceDisk(keepingIdentity: Bool) -> MemberID? {
        precondition(process == nil, "the disk of a running machine is in use")
        defer { identity = nil }
        disk = SimulatedDisk()
        configurations = [:]
        isDamaged = false
        if keepingIdentity { entropy = SeededEntropy(seed: seed) }
        return identity
    }

    /// Changes one bit of a file of a machine without a process.
    func flipBit(_ random: inout SeededRandom) {
        precondition(process == nil, "the files of a running machine are in use")
        let files = disk.paths.filter { !disk.contents(of: $0).isEmpty }
        guard !files.isEmpty else { return }
        let path = files[random.number(below: files.count)]
        var bytes = disk.contents(of: path)
        bytes[random.number(below: bytes.count)] ^= 1 << random.number(below: 8)
        disk.replaceContents(of: path, with: bytes)
        isDamaged = true
    }
}

extension GroupStatus {
    /// The most of it, in words.
    fileprivate var summary: String {
        "\(role) of term \(term.rawValue), last \(lastPosition.index.rawValue), "
            + "committed \(commitIndex.rawValue), applied \(appliedIndex.rawValue), "
            + configuration.labels
    }
}

extension Configuration {
    /// Who has which part in it, in words.
    var labels: String {
        func list(_ members: [MemberID]) -> String {
            members.map(\.label).joined(separator: " ")
        }
        return "voters \(list(voters)), outgoing \(list(outgoing)), learners \(list(learners))"
    }
}
