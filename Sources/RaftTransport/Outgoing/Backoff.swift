import NIOCore

/// How long to wait before a peer is dialled again: twice as long each time, from 50 ms to 2 s, and of
/// that at random between half and all, so that hosts do not dial in step.
struct Backoff {
    static let minimum = TimeAmount.milliseconds(50)
    static let maximum = TimeAmount.seconds(2)

    private var longest = minimum.nanoseconds

    /// The next time to wait.
    mutating func next(random: UInt64) -> TimeAmount {
        let half = longest / 2
        let wait = half + Int64(random % UInt64(half + 1))
        longest = min(longest * 2, Self.maximum.nanoseconds)
        return .nanoseconds(wait)
    }

    /// Starts over: the peer was there.
    mutating func reset() { longest = Self.minimum.nanoseconds }
}
