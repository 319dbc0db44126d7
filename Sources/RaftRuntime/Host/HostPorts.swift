/// What a host needs from outside.
package struct HostPorts: Sendable {
    /// The log of all groups.
    package var log: any LogDevice
    /// The snapshots of all groups.
    package var snapshots: any SnapshotStore
    package var clock: any MonotonicClock
    package var wallClock: any WallClock
    package var entropy: any EntropySource

    package init(
        log: any LogDevice, snapshots: any SnapshotStore,
        clock: any MonotonicClock = SystemClock(), wallClock: any WallClock = SystemClock(),
        entropy: any EntropySource = SystemEntropy()
    ) {
        self.log = log
        self.snapshots = snapshots
        self.clock = clock
        self.wallClock = wallClock
        self.entropy = entropy
    }
}
