import RaftCore

/// A message under way, with the bytes that the driver attached.
struct Envelope {
    let sender: MemberID
    let receiver: MemberID
    let message: RaftMessage
    let entries: [ClusterEntry]
    let snapshot: MachineState?
}

/// One simulated process with its disk.
final class ClusterMember {
    /// What the state machine has to do, in order.
    enum Work {
        case apply(LogIndex)
        case restore(LogPosition)
    }

    let id: MemberID
    var disk = ClusterDisk()
    /// Nil while the process is down.
    var server: RaftServer?
    /// Counts the starts; what an earlier process was about to do never happens.
    var life = 0
    var log = ClusterLog()
    var machine = MachineState()
    var work: [Work] = []
    var isWorking = false
    /// The last snapshot that was begun here.
    var taking = LogPosition.zero
    /// The content of a snapshot that is being received, and how much of it has come.
    var received: (position: LogPosition, state: MachineState, end: UInt64)?
    var pausedUntil: UInt64 = 0
    /// The local clock runs so many millionths faster, and started so much earlier.
    var clockRate = 0
    var clockOffset: UInt64 = 0
    var diskLatency: ClosedRange<UInt64> = 100_000...2_000_000
    var stuckUntil: UInt64 = 0
    var nextWake: UInt64?

    init(id: MemberID) { self.id = id }

    /// What the member's own clock shows.
    func localTime(at time: UInt64) -> Instant {
        let drift = Int64(time / 1_000_000) * Int64(clockRate)
        return Instant(nanoseconds: UInt64(Int64(time) + drift) + clockOffset)
    }

    /// When the member's own clock will show an instant.
    func worldTime(at instant: Instant) -> UInt64 {
        let local = instant.nanoseconds - min(clockOffset, instant.nanoseconds)
        return UInt64(Double(local) / (1 + Double(clockRate) / 1_000_000)) + 100_000
    }
}
