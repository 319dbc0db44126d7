package import RaftCore

/// A clock that never goes back and counts the time a machine sleeps.
package protocol MonotonicClock: Sendable {
    /// The time.
    func now() -> Instant
}

/// The date, which may jump.
package protocol WallClock: Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    func milliseconds() -> UInt64
}

/// Random bits, for seeds and identifiers.
package protocol EntropySource: Sendable {
    /// The next 64 bits.
    func next() -> UInt64
}
