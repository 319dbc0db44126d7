import KhepriTree
import RaftCore
import RaftRuntime

/// A transaction that is run once, and what came of it.
final class TransactionRun<Answer: Sendable>: Sendable {
    typealias Body = @Sendable (inout Transaction) throws -> Answer

    private let body: Body
    private let valueBytesMaximum: Int
    private let outcome = Lock<Outcome?>(nil)

    /// What the closure gave and wrote.
    struct Outcome: Sendable {
        let answer: Result<Answer, any Error>
        let operations: [TreeOperation]
        let reads: ReadSet
    }

    init(_ body: @escaping Body, valueBytesMaximum: Int) {
        self.body = body
        self.valueBytesMaximum = valueBytesMaximum
    }

    /// Runs the closure on a tree; what an error leaves unwritten is no operation.
    func run(on tree: Tree, at revision: Revision) -> Outcome {
        var transaction = Transaction(
            on: tree, at: revision, valueBytesMaximum: valueBytesMaximum)
        // Not `Result(catching:)`: release builds of Swift 6.3.1 hand its closure a value that is not
        // there.
        let answer: Result<Answer, any Error>
        do {
            answer = .success(try body(&transaction))
        } catch {
            answer = .failure(error)
        }
        if let failure = transaction.failure {
            return Outcome(answer: .failure(failure), operations: [], reads: transaction.reads)
        }
        guard case .success = answer else {
            return Outcome(answer: answer, operations: [], reads: transaction.reads)
        }
        return Outcome(
            answer: answer, operations: transaction.operations, reads: transaction.reads)
    }

    /// What the last run gave.
    var last: Outcome {
        guard let outcome = outcome.withLock({ $0 }) else {
            preconditionFailure("a transaction is applied after it ran")
        }
        return outcome
    }
}

/// A transaction that the leader runs when its place in the log is known.
protocol LateTransaction: Sendable {
    /// The bytes of its command.
    func command(at place: EntryPlace, on tree: Tree, in session: TreeCommand.Session?) -> [UInt8]
}

extension TransactionRun: LateTransaction {
    func command(
        at place: EntryPlace, on tree: Tree, in session: TreeCommand.Session?
    ) -> [UInt8] {
        var outcome = run(on: tree, at: Revision(place.index.rawValue - 1))
        defer { self.outcome.withLock { [outcome] in $0 = outcome } }
        let basis = TransactionBasis.term(place.term.rawValue)
        do {
            return try TreeCommand(.writing(outcome.operations), session: session, basis: basis)
                .encoded()
        } catch {
            outcome = Outcome(answer: .failure(error), operations: [], reads: outcome.reads)
            return TreeCommand.withoutEffect(in: session, basis: basis)
        }
    }
}

extension TreeCommand {
    /// A command that holds a place in the log and changes nothing.
    fileprivate static func withoutEffect(
        in session: Session?, basis: TransactionBasis
    ) -> [UInt8] {
        do {
            return try TreeCommand(.writing([]), session: session, basis: basis).encoded()
        } catch {
            preconditionFailure("an operation without parts has bytes: \(error)")
        }
    }
}

extension TreeOperation {
    /// All of some writes or none; without any, an operation that changes nothing.
    static func writing(_ operations: [TreeOperation]) throws -> TreeOperation {
        switch operations.count {
        case 0: TreeOperation(.exists, at: TreePattern(.root))
        case 1: operations[0]
        default: try .together(operations)
        }
    }
}
