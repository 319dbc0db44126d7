package import Khepri
import RaftRuntime

/// A machine of a simulated world: a disk, and whatever runs on it.
package final class SimulatedHost: Sendable {
    /// The data directory.
    package let directory = "/store"
    private let number: Int
    private let roster: PartRoster
    private let clock: SimulatedClock
    private let entropy: SeededEntropy
    private let current: Lock<SimulatedDisk>

    init(
        number: Int, roster: PartRoster, clock: SimulatedClock, disk: SimulatedDisk, seed: UInt64
    ) {
        self.number = number
        self.roster = roster
        self.clock = clock
        entropy = SeededEntropy(seed: seed)
        current = Lock(disk)
    }

    /// The disk, as it is since the last power cut.
    package var disk: SimulatedDisk { current.withLock { $0 } }

    /// What a store on this machine is opened in.
    package var environment: HostEnvironment {
        var environment = HostEnvironment()
        environment.disk = disk
        environment.clock = clock
        environment.wallClock = clock
        environment.entropy = entropy
        environment.attendant = { [roster, number] in roster.attend($0, of: number) }
        return environment
    }

    /// Ends the process; what it wrote is in the cache.
    package func kill() {
        replaceDisk { $0.killProcess() }
    }

    /// Cuts the power and restarts the machine, without opening anything.
    ///
    /// - Parameter isKept: Chooses what of the unflushed survives; asked in a fixed order.
    package func cutPower(keeping isKept: (UnflushedItem) -> Bool) {
        replaceDisk { $0.crash(keeping: isKept) }
    }

    /// What ran here keeps the old disk, so that nothing it still does is seen.
    private func replaceDisk(_ change: (SimulatedDisk) -> Void) {
        let disk = disk.copy()
        change(disk)
        current.withLock { $0 = disk }
        roster.abandon(host: number)
    }
}

/// Random bits from a seed.
final class SeededEntropy: EntropySource {
    private let random: Lock<SeededRandom>

    init(seed: UInt64) {
        random = Lock(SeededRandom(seed: seed))
    }

    func next() -> UInt64 { random.withLock { $0.next() } }
}
