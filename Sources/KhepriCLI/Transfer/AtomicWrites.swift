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

    /// Carries them out; nodes may stand before those that their conditions name, also in a circle.
    func finish(in store: any StorePlace) async throws {
        guard
            case .refused(let index) = try await GuardedCommand(operations: operations).run(
                in: store)
        else { return }
        let tied = operations.filter(\.isTied)
        let isSortable =
            operations[index].isTied && operations.allSatisfy(\.isPlacing)
            && operations.count + tied.count <= TreeLimits.transactionOperationsMaximum
        guard isSortable else { throw Self.refusal(operations[index], number: index + 1) }
        let sorted = operations.map { $0.isTied ? $0.untied : $0 } + tied
        guard
            case .refused(let other) = try await GuardedCommand(operations: sorted).run(in: store)
        else { return }
        let failed = sorted[other]
        let number = operations.firstIndex { $0.path == failed.path } ?? index
        throw Self.refusal(failed, number: number + 1)
    }

    private static func refusal(_ operation: TreeOperation, number: Int) -> ProgramExit {
        ProgramExit(
            .refused,
            "operation \(number), \(operation.path): the store refuses it as it is there: "
                + "\(operation.rule); nothing was imported")
    }
}
