public import RaftCore

/// A value that a group of members keeps alike, by applying the same commands in the same order.
///
/// ```swift
/// struct Counter: StateMachine, Codable {
///     private(set) var total = 0
///     mutating func apply(_ command: [UInt8], in context: ApplyContext) -> Total { … }
/// }
/// ```
/// The bytes of a machine are its snapshot. They are made of a copy, on another thread, while
/// commands go on being applied; they are held in memory as a whole. <doc:YourOwnStateMachine> makes
/// one from the beginning to three hosts.
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
