import Khepri
import RaftCore

/// One call of a tenant about its lease, and what came of it.
enum LeaseCall: Sendable {
    case take(timeToLive: Duration)
    /// Puts nodes under the lease, all at once.
    case put(Lease, [LeaseChecker.Name])
    /// Waits for the lock of the store.
    case acquire(Lease)
    /// Leaves the token of the lock where all its holders do, in a transaction that sees that the lock is
    /// still the tenant's.
    case fence(LockClaim)
    case release(LockClaim)
    case revoke(Lease, number: Int)

    enum Answer: Sendable {
        case taken(Lease)
        case put(at: Revision)
        case acquired(LockClaim)
        /// Which token was left, and which one was there.
        case fenced(Revision, after: Revision)
        /// The revision of the member where it was revoked, and what it still shows.
        case revoked(by: Revision, leaving: [LeaseChecker.Name])
        case done
        /// The lease had ended, or with it the lock.
        case ended
        /// Nobody knows how far it came.
        case unknown
    }

    /// That a lock is held, as its holder sees it.
    struct LockClaim: Sendable {
        let token: Revision
        /// What is there as long as the lock is held.
        let path: TreePath
        let isHeld: @Sendable () -> Bool
        let release: @Sendable () async throws -> Void
    }

    private struct TooLate: Error {}

    static let lock: TreePath = "/lock"
    static let placesInLine: TreePattern = "/lock/*"
    private static let token: TreePath = "/token"

    /// Makes the call.
    func answer(of store: TreeStore, _ plant: ClusterPlan.Plant?) async -> Answer {
        do {
            switch self {
            case .take(let timeToLive): return .taken(try await store.lease(timeToLive: timeToLive))
            case .put(let lease, let names):
                return .put(at: try await put(names, under: lease, in: store, plant))
            case .acquire(let lease):
                return .acquired(try await acquire(lease, in: store, plant))
            case .fence(let claim): return try await fence(claim, in: store)
            case .release(let claim):
                try await claim.release()
                guard plant == .heedlessHolder else { return .done }
                for _ in 0..<10 { await store.pause() }
                return try await fence(claim, in: store, isHeedless: true)
            case .revoke(let lease, let number):
                return try await revoke(lease, number, in: store, plant)
            }
        } catch let error as StoreError {
            let isOver = [.leaseEnded, .keepWhileConditionFailed].contains(error.code)
            return isOver ? .ended : .unknown
        } catch is TooLate {
            return .ended
        } catch {
            return .unknown
        }
    }

    private func put(
        _ names: [LeaseChecker.Name], under lease: Lease, in store: TreeStore,
        _ plant: ClusterPlan.Plant?
    ) async throws -> Revision {
        let paths = try names.map { try TreePath($0.path) }
        let revision = try await store.batch { batch in
            for (name, path) in zip(names, paths) {
                let isSpared = plant == .sparedNode && name == names.last
                try batch.put(name.place, at: path, keepWhile: isSpared ? nil : [.lease(lease)])
            }
        }
        if plant == .earlyExpiry, names[0].lease.isMultiple(of: 4) {
            try await store.batch { batch in for path in paths { try batch.delete(path) } }
        }
        return revision
    }

    private func acquire(
        _ lease: Lease, in store: TreeStore, _ plant: ClusterPlan.Plant?
    ) async throws -> LockClaim {
        if plant == .lockWithoutLine {
            return LockClaim(
                token: store.local.revision, path: Self.lock, isHeld: { lease.isAlive },
                release: {})
        }
        let hold = try await TreeLock(store, at: Self.lock).acquire(lease: lease)
        return LockClaim(token: hold.token, path: hold.path, isHeld: { hold.isHeld }) {
            try await hold.release()
        }
    }

    private func fence(
        _ claim: LockClaim, in store: TreeStore, isHeedless: Bool = false
    ) async throws -> Answer {
        let former = try await store.transaction { transaction in
            if !isHeedless {
                guard try transaction.exists(claim.path) else { throw TooLate() }
            }
            let former = try transaction.get(Self.token, as: Int.self)
            try transaction.put(Int(claim.token.rawValue), at: Self.token)
            return former
        }
        return .fenced(claim.token, after: Revision(UInt64(former ?? 0)))
    }

    private func revoke(
        _ lease: Lease, _ number: Int, in store: TreeStore, _ plant: ClusterPlan.Plant?
    ) async throws -> Answer {
        if plant == .piecemealEnd {
            await withTaskGroup { group in
                for name in store.view.leasedNodes where name.lease == number {
                    group.addTask { _ = try? await store.delete(try TreePath(name.path)) }
                }
            }
        }
        if plant != .forgottenRevocation { try await lease.revoke() }
        let view = store.view
        return .revoked(
            by: view.revision, leaving: view.leasedNodes.filter { $0.lease == number })
    }
}

extension LeaseCall: CustomStringConvertible {
    /// What it is, without what differs between two runs of the same.
    var description: String {
        switch self {
        case .take(let time): "take for \(time)"
        case .put(_, let names): "put \(names.map(\.path).joined(separator: " "))"
        case .acquire: "acquire"
        case .fence(let claim): "fence \(claim.token.rawValue)"
        case .release(let claim): "release \(claim.token.rawValue)"
        case .revoke: "revoke"
        }
    }
}

extension LeaseCall.Answer: CustomStringConvertible {
    /// What came of it, without what differs between two runs of the same.
    var description: String {
        switch self {
        case .taken: "taken"
        case .put(let revision): "put at \(revision.rawValue)"
        case .acquired(let claim): "acquired with \(claim.token.rawValue)"
        case .fenced(_, let former): "fenced after \(former.rawValue)"
        case .revoked(let revision, let rest): "revoked by \(revision.rawValue), \(rest.count) left"
        case .done: "done"
        case .ended: "ended"
        case .unknown: "unknown"
        }
    }
}

extension TreeView {
    /// The nodes that are kept by leases, in the order of their paths.
    var leasedNodes: [LeaseChecker.Name] {
        let root: TreePath = "/leased"
        return (childNames(of: root) ?? []).flatMap { lease in
            let path = root.child(lease)
            return (childNames(of: path) ?? []).compactMap { name in
                LeaseChecker.Name(path: "\(path.child(name))")
            }
        }
    }
}
