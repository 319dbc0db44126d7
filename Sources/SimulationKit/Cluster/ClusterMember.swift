import Khepri
import RaftCore
import RaftRuntime
import RaftStorage

/// A machine of the simulated cluster: what is left when its process ends, and the process while
/// there is one.
final class ClusterMember {
    /// The data directory.
    static let directory = "/store"
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
    /// The configuration that it knew last.
    var configuration = Configuration.empty
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

    /// The open store, unless the machine stands still.
    var store: TreeStore? { isPaused ? nil : process?.store }

    /// How it stands, in words.
    var summary: String {
        let label = "\(name) \(identity?.label ?? "without identity")"
        guard let status = process?.store?.groupStatus else { return label + " closed" }
        func list(_ members: [MemberID]) -> String {
            members.map(\.label).joined(separator: " ")
        }
        let configuration = status.configuration
        return label + " \(status.role) of term \(status.term.rawValue), "
            + "last \(status.lastPosition.index.rawValue), committed \(status.commitIndex.rawValue), "
            + "applied \(status.appliedIndex.rawValue), voters \(list(configuration.voters))"
            + ", outgoing \(list(configuration.outgoing)), learners \(list(configuration.learners))"
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
        if process?.store != nil { isDamaged = false }
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
        configuration = .empty
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
