package import RaftCore

/// What a group's log is applied to.
///
/// The driver calls every method on one thread at a time, in log order. Application is total: a
/// command that cannot be carried out is answered by an output that says so, never by a trap. Only a
/// command that this member must not go past ends it: to skip it would make the members differ.
package protocol StateMachine: AnyObject, Sendable {
    /// What a caller gets for its command.
    associatedtype Output: Sendable

    /// The behaviour this machine applies, recorded in its snapshots.
    var machineVersion: UInt32 { get }

    /// Called before the entries of a batch.
    func willApplyBatch()

    /// Applies commands in order and adds exactly one output for each.
    ///
    /// - Parameter areLocal: Whether callers here wait for the outputs. If not, they are thrown away,
    ///   so cheap ones will do.
    /// - Throws: ``ApplicationHalt`` at the first command that this member must not go past, with the
    ///   outputs of those before it; the group then stops on this member.
    func apply(
        _ commands: ArraySlice<LogEntry>, areLocal: Bool, into outputs: inout [Output]
    ) throws(ApplicationHalt)

    /// Applies commands that are in this leader's log, and may not be committed, to a copy of the
    /// state: what commands see that are made late.
    ///
    /// Given are all that are not applied yet, in order; those that were given before in the same term
    /// are in the copy already.
    func speculate(_ entries: ArraySlice<LogEntry>, in term: Term)

    /// Called after the entries of a batch and before their callers are answered.
    ///
    /// - Parameter index: The last entry applied, which need not be a command.
    func didApplyBatch(through index: LogIndex)

    /// Takes hold of the state as it is, in O(1); what is applied later must not show in it.
    func capture() -> any SnapshotSource

    /// A state that was read and checked, and that is not in use yet.
    associatedtype Loaded: Sendable

    /// Reads the state that a snapshot holds.
    ///
    /// Called on another thread, perhaps while entries are applied: it must not touch the state in use.
    /// - Throws: What is wrong with the snapshot.
    func load(from reader: any SnapshotReader) throws -> Loaded

    /// Replaces the state by one that was loaded.
    func replace(by loaded: Loaded)

    /// What the leader answers to a question, which is no command and is in no log; nil if it is none.
    ///
    /// Asked after everything that was committed before the question came is applied, and after a
    /// majority has said, since it came, that this member leads. The former leaders answer no more.
    func answer(question: [UInt8]) -> Output?

    /// What the machine wants of its group by itself, in its own time.
    ///
    /// Called often, and not later than at ``nextDeadline``. An instant is given that is later than
    /// all that happened before the call.
    /// - Parameter term: The term in which this member leads, nil when it does not.
    func takeWishes(now: Instant, leading term: Term?) -> [MachineWish<Output>]

    /// When the machine may want something again; asked after anything happened.
    var nextDeadline: Instant? { get }

    /// The bytes of an output, for the member whose caller waits for it.
    func encode(_ output: Output) -> [UInt8]

    /// The output that another member encoded.
    ///
    /// - Throws: If the bytes are not those of an output.
    func output(decoding bytes: [UInt8]) throws -> Output
}

extension StateMachine {
    /// A machine whose commands are all made beforehand needs no copy.
    package func speculate(_ entries: ArraySlice<LogEntry>, in term: Term) {}

    package func answer(question: [UInt8]) -> Output? { nil }

    package func takeWishes(now: Instant, leading term: Term?) -> [MachineWish<Output>] { [] }

    package var nextDeadline: Instant? { nil }
}

/// A state that was captured, as a stream of bytes; read by one thread at a time, once.
package protocol SnapshotSource: AnyObject, Sendable {
    /// The next piece of at most about that many bytes, nil after the last.
    func next(byteLimit: Int) throws -> [UInt8]?
}
