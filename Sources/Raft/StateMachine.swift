public import RaftCore

/// A value that has bytes, and is made of them again.
public protocol ByteCodable: Sendable {
    /// The bytes; the same value may have different ones.
    var encoded: [UInt8] { get }

    /// Makes the value that the bytes are of.
    ///
    /// - Throws: If they are those of no value; any bytes may come.
    init(encoded bytes: [UInt8]) throws
}

/// A value that a group of members keeps alike, by applying the same commands in the same order.
///
/// ```swift
/// struct Counter: StateMachine {
///     var count = 0
///     mutating func apply(_ command: [UInt8], in context: ApplyContext) -> Total { … }
/// }
/// ```
/// The bytes of a machine are its snapshot. They are made of a copy, on another thread, while
/// commands go on being applied; they are held in memory as a whole.
public protocol StateMachine: ByteCodable {
    /// What a caller gets for its command.
    associatedtype Output: ByteCodable

    /// The behaviour of the machine, recorded in its snapshots; 1 unless said otherwise.
    static var version: UInt32 { get }

    /// The state before the first command.
    init()

    /// Applies a committed command.
    ///
    /// Nothing but state, command and context may have a part in what becomes of the state: no clock,
    /// no random number, no order of a `Set` or `Dictionary`. A command that cannot be carried out, or
    /// read, is answered by an output that says so.
    mutating func apply(_ command: [UInt8], in context: ApplyContext) -> Output
}

extension StateMachine {
    /// The first behaviour.
    public static var version: UInt32 { 1 }
}

/// Where in the log a command stands; the same on every member.
public struct ApplyContext: Hashable, Sendable {
    /// The entry of the command.
    ///
    /// It only grows, in one group, and never comes twice.
    public let index: LogIndex
    /// The leader's wall clock in milliseconds since 1970, never less than that of the entry before.
    public let time: UInt64

    /// Joins the parts, for tests of a machine by itself.
    public init(index: LogIndex, time: UInt64) {
        self.index = index
        self.time = time
    }
}
