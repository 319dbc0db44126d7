/// What a host needs from outside.
package struct HostPorts: Sendable {
    /// The log of all groups.
    package var log: any LogDevice
    /// The snapshots of all groups.
    package var snapshots: any SnapshotStore
    /// The way to other hosts; nil for a host that is alone.
    package var transport: (any PeerTransport)?
    package var clock: any MonotonicClock
    package var wallClock: any WallClock
    package var entropy: any EntropySource

    package init(
        log: any LogDevice, snapshots: any SnapshotStore, transport: (any PeerTransport)? = nil,
        clock: any MonotonicClock = SystemClock(), wallClock: any WallClock = SystemClock(),
        entropy: any EntropySource = SystemEntropy()
    ) {
        self.log = log
        self.snapshots = snapshots
        self.transport = transport
        self.clock = clock
        self.wallClock = wallClock
        self.entropy = entropy
    }
}
