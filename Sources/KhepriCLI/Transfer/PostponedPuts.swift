import Khepri
import KhepriTree

/// Puts that the store refused because of their conditions, in the order of the source, to be tried again
/// when everything else is there.
struct PostponedPuts {
    /// The most that wait.
    static let operationsMaximum = 1_000
    static let bytesMaximum = 4 << 20

    private var operations: [TreeOperation] = []
    private var paths: Set<TreePattern> = []
    private var byteCount = 0

    /// Keeps a put for later.
    ///
    /// - Returns: Whether it can wait.
    mutating func add(_ operation: TreeOperation) -> Bool {
        let bytes = byteCount + operation.approximateBytes
        guard operation.isTied, operations.count < Self.operationsMaximum,
            bytes <= Self.bytesMaximum
        else { return false }
        if !paths.insert(operation.path).inserted {
            operations.removeAll { $0.path == operation.path }
        }
        operations.append(operation)
        byteCount = bytes
        return true
    }

    /// Takes note of what was written behind a postponed put.
    ///
    /// - Throws: ``ProgramExit`` for what cannot come before that put.
    mutating func note(_ operation: TreeOperation) throws {
        guard !operations.isEmpty else { return }
        guard case .put(let write) = operation.kind, operation.isPlacing else {
            throw ProgramExit(
                .refused,
                "\(operations[0].path): \(operations[0].rule); write what they name first")
        }
        guard paths.contains(operation.path),
            let index = operations.firstIndex(where: { $0.path == operation.path })
        else { return }
        guard !operation.isTied, case .put(let first) = operations[index].kind else {
            paths.remove(operation.path)
            operations.remove(at: index)
            return
        }
        let merged = TreeOperation.Write(
            payload: write.payload, keepWhile: write.keepWhile ?? first.keepWhile)
        operations[index] = TreeOperation(.put(merged), at: operation.path)
    }

    /// Writes all nodes, then their conditions, in one command: nodes that keep each other in a circle are
    /// all there then.
    ///
    /// - Returns: How many nodes that are.
    func write(to store: any StorePlace) async throws -> Int {
        let all = GuardedCommand(operations: operations.map(\.untied) + operations)
        guard case .refused(let index) = try await all.run(in: store) else {
            return operations.count
        }
        let operation = all.operations[index]
        throw ProgramExit(
            .refused,
            "\(operation.path): the store refuses it: \(operation.rule); "
                + "\(Counted(operations.count, "node")) whose conditions do not hold: not written")
    }
}
