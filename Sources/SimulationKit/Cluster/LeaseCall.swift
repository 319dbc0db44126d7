import Khepri

/// One call of a tenant about its lease, and what came of it.
enum LeaseCall: Sendable {
    /// Takes a lease and puts nodes under it, all at once.
    case take(timeToLive: Duration)
    /// Waits for the lock of the store.
    case acquire(Lease)
    case release(LockClaim)
    case revoke(Lease)

    enum Answer: Sendable {
        case taken(Lease, at: Revision)
        case acquired(LockClaim)
        case done
        /// Nobody knows how far it came.
        case unknown
    }

    /// That a lock is held, as its holder sees it.
    struct LockClaim: Sendable {
        let token: Revision
        let isHeld: @Sendable () -> Bool
        let release: @Sendable () async throws -> Void
    }

    /// How many nodes each lease keeps.
    static let nodeCount = 3
    static let nodes: TreePattern = "/leased/*/*"
    static let lock: TreePath = "/lock"
    static let placesInLine: TreePattern = "/lock/*"

    /// Makes the call.
    ///
    /// - Parameter serial: The number of the lease, which its nodes hold.
    func answer(
        of store: TreeStore, _ serial: Int, _ plant: ClusterPlan.Plant?
    ) async -> Answer {
        do {
            switch self {
            case .take(let timeToLive):
                return try await take(timeToLive, store, serial, plant)
            case .acquire(let lease):
                return .acquired(try await acquire(lease, store, serial, plant))
            case .release(let claim):
                try await claim.release()
                return .done
            case .revoke(let lease):
                if plant != .forgottenRevocation { try await lease.revoke() }
                return .done
            }
        } catch {
            return .unknown
        }
    }

    private func take(
        _ timeToLive: Duration, _ store: TreeStore, _ serial: Int, _ plant: ClusterPlan.Plant?
    ) async throws -> Answer {
        let lease = try await store.lease(timeToLive: timeToLive)
        let paths = try (0..<Self.nodeCount).map {
            TreePath(components: [
                "leased", try PathComponent("\(serial)"), try PathComponent("\($0)"),
            ])
        }
        let revision = try await store.batch { batch in
            for (number, path) in paths.enumerated() {
                let isSpared = plant == .sparedNode && number == 0
                try batch.put(serial, at: path, keepWhile: isSpared ? nil : [.lease(lease)])
            }
        }
        if plant == .earlyExpiry, serial.isMultiple(of: 4) {
            try await store.batch { batch in for path in paths { try batch.delete(path) } }
        }
        return .taken(lease, at: revision)
    }

    private func acquire(
        _ lease: Lease, _ store: TreeStore, _ serial: Int, _ plant: ClusterPlan.Plant?
    ) async throws -> LockClaim {
        if plant == .lockWithoutLine {
            return LockClaim(
                token: store.local.revision, isHeld: { lease.isAlive }, release: {})
        }
        let hold = try await TreeLock(store, at: Self.lock).acquire(lease: lease)
        return LockClaim(token: hold.token, isHeld: { hold.isHeld }) { try await hold.release() }
    }
}
