import RaftCore

/// The end of a fault.
enum ClusterRepair {
    case start(member: Int)
    case resume(member: Int)
    case giveSpace(member: Int)
    /// A member that was removed gets an empty disk, and waits to be added as another one.
    case replace(member: Int, MemberID)
    case mend([SimulatedNetwork.Link])
    case clear(NetworkWeather)
}
