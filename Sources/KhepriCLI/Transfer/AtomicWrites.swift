import Khepri
import KhepriTree

/// Gathers operations into one command, of which all is applied or nothing.
struct AtomicWrites {
    private var operations: [TreeOperation] = []

    /// How many operations there are.
    var count: Int { operations.count }

    /// Adds an operation.
    ///
    /// - Throws: ``ProgramExit`` when there are more than one command holds.
    mutating func add(_ operation: TreeOperation) throws {
        guard operations.count < TreeLimits.transactionOperationsMaximum else {
            throw ProgramExit(
                .refused,
                "expected at most \(TreeLimits.transactionOperationsMaximum) operations in an atomic "
                    + "import, found more; without --atomic they are imported in pieces")
        }
        operations.append(operation)
    }

    /// Carries them out.
    func finish(in store: any StorePlace) async throws {
        guard !operations.isEmpty else { return }
        // The reason tells which operation failed.
        let steps = try operations.enumerated().flatMap { index, operation in
            [operation, TreeOperation(.abortIfError(reason: try Payload(json: "\(index)")))]
        }
        switch try await store.start(TreeOperation(.transaction(readOnly: false, steps))).result() {
        case .results: return
        case .aborted(let reason):
            guard let index = Int(reason.jsonText), operations.indices.contains(index) else {
                break
            }
            throw ProgramExit(
                .refused,
                "operation \(index + 1), \(operations[index].path): the store refuses it as it is "
                    + "there; nothing was imported")
        case .error(let error):
            throw ProgramExit(.refused, "\(error); nothing was imported")
        default: break
        }
        throw ProgramExit(.fault, "expected the results of a batch")
    }
}
