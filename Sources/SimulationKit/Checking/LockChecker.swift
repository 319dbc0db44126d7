import RaftCore

/// What may be known of the one lock of each store, and of its fencing tokens.
struct LockChecker {
    private(set) var failure: String?
    private var tokens: [GroupID: Set<UInt64>] = [:]
    /// The greatest token of somebody who certainly had the lock.
    private var greatest: [GroupID: UInt64] = [:]

    private mutating func fail(_ message: String) { failure = failure ?? "a lock: \(message)" }

    /// Somebody has got the lock.
    ///
    /// - Parameters:
    ///   - isHeld: Whether he has it for certain at this moment.
    ///   - others: The tokens of all others who have it for certain at this moment.
    mutating func noteHold(_ token: UInt64, in group: GroupID, isHeld: Bool, others: [UInt64]) {
        if !tokens[group, default: []].insert(token).inserted {
            fail("two holders have the token \(token)")
        }
        guard isHeld else { return }
        if let other = others.first { fail("it is held by \(token), and by \(other)") }
        let former = greatest[group] ?? 0
        if token < former { fail("it is held by \(token) after \(former)") }
        greatest[group] = max(former, token)
    }

    /// A holder has left its token where it found another one.
    mutating func noteFence(_ token: UInt64, in group: GroupID, after former: UInt64) {
        if former > token { fail("the token \(token) is written after \(former)") }
    }
}
