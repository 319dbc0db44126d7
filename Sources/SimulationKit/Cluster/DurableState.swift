import RaftCore
import RaftRuntime
import RaftStorage

/// What a member's directory would be found to hold after a power cut that keeps nothing unflushed.
struct DurableState: Sendable {
    let identity: MemberID
    let groups: [GroupID: RecoveredGroup]

    /// Opens the directory on a copy of the disk.
    ///
    /// - Returns: nil if there is no directory, or it cannot be opened.
    init?(of disk: SimulatedDisk) {
        let copy = disk.copy()
        copy.crash { _ in false }
        copy.setCapacity(nil)
        guard copy.paths.contains(StoreProcess.directory + "/identity") else { return nil }
        let options = LogOptions(
            minimumSegmentBytes: ClusterPlan.segmentBytes.lowerBound,
            maximumSegmentBytes: ClusterPlan.segmentBytes.upperBound, randomBits: { 0 })
        guard
            let (host, groups) = try? HostDirectory.open(
                StoreProcess.directory, disk: copy, options: options)
        else { return nil }
        identity = host.member
        self.groups = groups
    }
}
