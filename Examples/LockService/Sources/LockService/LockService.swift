import Foundation
import Raft

/// Locks for one owner, by way of any member of the group.
public struct LockService: Sendable {
    private let group: RaftGroup<LockTable>
    private let owner: UUID

    /// Makes a service for an owner who is like no other.
    public init(_ group: RaftGroup<LockTable>, owner: UUID = UUID()) {
        self.group = group
        self.owner = owner
    }

    /// Takes a lock, or prolongs it.
    ///
    /// - Returns: The fencing token: give it to whatever the lock protects, and have that refuse a token
    ///   lower than one it has seen. Nil while somebody else holds the lock.
    /// - Throws: `RaftError` if no leader carries it through.
    public func acquire(_ name: String, for milliseconds: UInt64) async throws -> UInt64? {
        let command = LockCommand.acquire(
            name: Array(name.utf8), owner: owner, milliseconds: milliseconds)
        // Taken twice by one owner, a lock keeps its token: so it does no harm to ask again.
        switch try await carriedThrough(command, isRepeatable: true) {
        case .granted(let token): return token
        default: return nil
        }
    }

    /// Frees a lock; false if the token is not, or no longer, that of the lock.
    ///
    /// - Throws: `RaftError`; if it may have been applied, the lock is free at the end of its time.
    public func release(_ name: String, token: UInt64) async throws -> Bool {
        let command = LockCommand.release(name: Array(name.utf8), token: token)
        return try await carriedThrough(command, isRepeatable: false) == .released
    }

    /// Asks again while leadership moves, for a few seconds at most.
    private func carriedThrough(
        _ command: LockCommand, isRepeatable: Bool
    ) async throws -> LockAnswer {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try await group.propose(command.encoded, isRepeatable: isRepeatable)
            } catch let error as RaftError where error.code == .notLeader {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
