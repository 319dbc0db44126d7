package import RaftCore
package import RaftRuntime

// What simulations look at beside what users see.
extension TreeStore {
    /// How this member stood after the last round of its driver.
    package var groupStatus: GroupStatus { engine.group.status }

    /// Names the group of the store's members.
    package var groupID: GroupID { engine.group.id }

    /// Why the host's log has failed for ever, if it has.
    package var logFailure: LogDeviceError? { host.hostStatistics.failure }
}
