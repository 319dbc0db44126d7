import CBOR
import KhepriTree

/// The tree's state machine behind the parser and printer of operations and the codec of commands.
enum SystemUnderTest {
    /// A new empty store; each line has the next revision, malformed or not, as in the model.
    ///
    /// - Parameter checksInvariants: Whether everything derived is recomputed after each line.
    static func make(checksInvariants: Bool = false) -> Subject {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        var revision: UInt64 = 0
        return { line in
            do {
                revision += 1
                switch try OperationLine(line) {
                case .header: return ""
                case .reset:
                    machine = TreeMachine(history: SessionID(high: 0, low: 0))
                    revision = 0
                    return "{\"ok\":true}"
                case .operation(let operation):
                    let result = try apply(operation, to: &machine, at: revision)
                    if checksInvariants { machine.checkInvariants() }
                    return result.jsonText
                }
            } catch {
                guard let refusal = error as? OperationError else {
                    return "not an answer: \(error)"
                }
                return OperationResult.error(refusal).jsonText
            }
        }
    }

    /// Applies an operation as the driver does: as the bytes of a command, first in place.
    private static func apply(
        _ operation: TreeOperation, to machine: inout TreeMachine, at revision: UInt64
    ) throws -> OperationResult {
        var writer = CBORWriter()
        try TreeCommand(operation).encode(into: &writer)
        let command = DecodedCommand(writer.finish())
        let context = ApplyContext(revision: Revision(revision), time: revision)
        let hash = machine.stateHash
        var outcome = machine.apply(command, in: context, visitLimit: 64)
        if case .visitLimitExceeded = outcome {
            precondition(machine.stateHash == hash, "a command rolled back left something")
            outcome = machine.apply(command, in: context)
        }
        guard case .applied(let applied) = outcome else {
            preconditionFailure("a command without a limit of visits is applied")
        }
        return applied.result
    }
}
