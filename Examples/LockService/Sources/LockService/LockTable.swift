import Foundation
import Raft

/// The locks that are held: the state which all members keep alike.
public struct LockTable: StateMachine, Hashable, Codable {
    struct Holder: Hashable, Codable {
        var owner: UUID
        var token: UInt64
        var end: UInt64
    }

    /// By the bytes of the name: what is equal must be so on every member, whatever its Unicode tables.
    private var holders: [[UInt8]: Holder] = [:]

    /// A table without locks.
    public init() {}

    /// Carries out a command, or answers why not; time is that of the log, so all members agree.
    public mutating func apply(_ command: [UInt8], in context: ApplyContext) -> LockAnswer {
        guard let command = try? LockCommand(encoded: command) else { return .unreadable }
        switch command {
        case .acquire(let name, let owner, let milliseconds):
            return acquire(name, owner, milliseconds: milliseconds, in: context)
        case .release(let name, let token):
            guard holders[name]?.token == token else { return .notHeld }
            holders[name] = nil
            return .released
        }
    }

    private mutating func acquire(
        _ name: [UInt8], _ owner: UUID, milliseconds: UInt64, in context: ApplyContext
    ) -> LockAnswer {
        let (sum, isTooLate) = context.time.addingReportingOverflow(milliseconds)
        let end = isTooLate ? .max : sum
        if var holder = holders[name], holder.end > context.time {
            guard holder.owner == owner else { return .heldByAnother }
            holder.end = max(holder.end, end)
            holders[name] = holder
            return .granted(token: holder.token)
        }
        // The place in the log grows with each command and comes back after no restart.
        let token = context.index.rawValue
        holders[name] = Holder(owner: owner, token: token, end: end)
        return .granted(token: token)
    }
}

/// What the members carry out.
enum LockCommand: Codable, ByteCodable {
    case acquire(name: [UInt8], owner: UUID, milliseconds: UInt64)
    case release(name: [UInt8], token: UInt64)
}

/// What became of a command.
public enum LockAnswer: Hashable, Codable, ByteCodable {
    /// The lock is the caller's; greater than the token of anybody who held it before.
    case granted(token: UInt64)
    /// Somebody else's time is not over.
    case heldByAnother
    /// The lock is free again.
    case released
    /// The token is not that of the lock.
    case notHeld
    /// The bytes were no command.
    case unreadable
}
