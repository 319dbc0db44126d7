/// What an operator of a bridge may want to know.
public enum BridgeEvent: Hashable, Sendable {
    /// Store and broker have the same messages, after so many were put back.
    case isLevel(putBackCount: Int)
    /// A message cannot be held, and why; the broker has it, the store has not.
    case isRefused(reason: String)
}
