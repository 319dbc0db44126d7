package import KhepriTree
import RaftRuntime

// Leases of holders that are no objects of this process: they are named, and kept from elsewhere.
extension TreeStore {
    /// Grants a lease that lives for as long as somebody renews it, on whatever member.
    ///
    /// - Throws: As ``lease(timeToLive:timeout:)``.
    package func grantLease(timeToLive: Duration) async throws -> SessionID {
        try Lease.check(timeToLive)
        let id = host.environment.entropy.nextSessionID()
        try await engine.grant(id, timeToLive: timeToLive, timeout: nil) {}
        return id
    }

    /// Gives a lease its whole time again; costs a round to a majority, and no write.
    ///
    /// - Throws: ``StoreError`` `.leaseEnded` for one that has ended or never was.
    package func renewLease(_ id: SessionID) async throws {
        try await engine.renew(id, timeout: nil)
    }

    /// Ends a lease, and returns when its nodes are gone; one that has ended is no error.
    ///
    /// - Throws: ``StoreError``, as a write does.
    package func revokeLease(_ id: SessionID) async throws {
        try await engine.revoke(id, timeout: nil)
    }
}

extension StoreEngine {
    /// Asks the leader whether a lease goes on, on its holder's word.
    fileprivate func renew(_ id: SessionID, timeout: Duration?) async throws {
        try await group.propose(
            .bytes(LeaseQuestion(id).encoded()), traits: [.isQuestion, .isRepeatable],
            timeout: timeout ?? configuration.timeout
        ) { outcome in
            Self.answer(outcome) { guard $0.result == .ok else { throw Lease.endedError } }
        }.get()
    }
}
