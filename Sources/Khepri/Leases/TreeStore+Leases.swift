public import KhepriTree
import RaftCore
import RaftRuntime

extension TreeStore {
    /// Takes a lease, which is kept until it is revoked, its object goes, or this process cannot keep it.
    ///
    /// Costs one durable write, and then a message to the leader and a round to a majority about three
    /// times in its time to live; many leases of a store share these rounds.
    /// - Parameters:
    ///   - timeToLive: How long the owner may be silent, from ``Lease/timeToLiveMinimum`` to
    ///     ``Lease/timeToLiveMaximum``. Less than about five times the time in which a new leader is found
    ///     ends leases for no reason.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.invalidOperation` for a time out of the limits, `.overloaded` when there are
    ///   too many leases, and all that a write throws. One that may have been granted all the same ends
    ///   in its time.
    public func lease(timeToLive: Duration, timeout: Duration? = nil) async throws -> Lease {
        try Lease.check(timeToLive)
        return try await engine.lease(
            host.environment.entropy.nextSessionID(), timeToLive: timeToLive, timeout: timeout)
    }
}

extension KeepWhileEntry {
    /// The node lives while the lease does.
    ///
    /// A write with it is refused with `.keepWhileConditionFailed` when the lease has ended. As with other
    /// conditions, a later write that names none leaves it, and one that names others replaces it.
    public static func lease(_ lease: Lease) -> KeepWhileEntry { .lease(lease.held.id) }
}

extension Lease {
    /// - Throws: ``StoreError`` `.invalidOperation` for a time out of the limits.
    static func check(_ timeToLive: Duration) throws {
        guard timeToLiveMinimum...timeToLiveMaximum ~= timeToLive else {
            throw StoreError(
                .invalidOperation,
                "expected a time to live from \(timeToLiveMinimum) to \(timeToLiveMaximum), "
                    + "found \(timeToLive)")
        }
    }
}

extension StoreEngine {
    /// Takes a lease that is held here.
    fileprivate func lease(
        _ id: SessionID, timeToLive: Duration, timeout: Duration?
    ) async throws -> Lease {
        let sentAt = clock.now()
        return try await grant(id, timeToLive: timeToLive, timeout: timeout) { [self] in
            let held = HeldLease(id, timeToLive: timeToLive, sentAt: sentAt)
            machine.heldLeases.add(held)
            return Lease(held, timeToLive: timeToLive, self)
        }
    }

    /// Puts the beginning of a lease into the log, and answers when it is applied.
    func grant<Answer: Sendable>(
        _ id: SessionID, timeToLive: Duration, timeout: Duration?,
        answer: @escaping @Sendable () -> Answer
    ) async throws -> Answer {
        let grant = LeaseCommand.grant(id, milliseconds: timeToLive.wholeMilliseconds)
        return try await submit(grant, traits: [], timeout: timeout, answer: answer)
    }

    /// Puts the end of a lease into the log, and waits until it is applied.
    func revoke(_ id: SessionID, timeout: Duration?) async throws {
        try await submit(.revoke(id), traits: .mayUseReserve, timeout: timeout) {}
    }

    private func submit<Answer: Sendable>(
        _ command: LeaseCommand, traits: CommandTraits, timeout: Duration?,
        answer: @escaping @Sendable () -> Answer
    ) async throws -> Answer {
        try await group.propose(
            .bytes(command.encoded()), traits: traits.union(.isRepeatable),
            timeout: timeout ?? configuration.timeout
        ) { outcome in
            Self.answer(outcome) { outcome in
                if case .error(let error) = outcome.result { throw StoreError(error) }
                return answer()
            }
        }.get()
    }
}

extension Duration {
    /// The milliseconds, rounded up.
    fileprivate var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        let attosecondsOfOne: Int64 = 1_000_000_000_000_000
        let rest = (attoseconds + attosecondsOfOne - 1) / attosecondsOfOne
        return UInt64(seconds) * 1_000 + UInt64(rest)
    }
}

extension EntropySource {
    /// An identity that nobody has.
    func nextSessionID() -> SessionID { SessionID(high: next(), low: next()) }
}
