/// Somebody who wants to see the machine of a group between two commands.
///
/// A visit changes nothing and waits for nothing but the driver's turn, whoever leads.
struct MachineVisit: Sendable {
    /// Looks, on the driver's thread.
    let look: @Sendable () -> Void
    /// Says that there was no turn any more: the host has stopped.
    let abandon: @Sendable () -> Void
}
