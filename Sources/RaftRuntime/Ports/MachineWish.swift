/// A command, or a question to the leader, that a machine wants by itself.
package struct MachineWish<Output: Sendable>: Sendable {
    package var payload: [UInt8]
    package var traits: CommandTraits
    /// How long the machine waits for the outcome.
    package var timeout: Duration
    /// Told of the outcome, on the driver's thread.
    package var completion: @Sendable (ProposalOutcome<Output>) -> Void

    package init(
        _ payload: [UInt8], traits: CommandTraits, timeout: Duration,
        completion: @escaping @Sendable (ProposalOutcome<Output>) -> Void
    ) {
        self.payload = payload
        self.traits = traits
        self.timeout = timeout
        self.completion = completion
    }
}
