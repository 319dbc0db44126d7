import CBOR
import Khepri
import KhepriTree

/// Sends operations to a store in order, packed into commands, several of them under way.
struct OrderedWrites {
    /// The most that one command holds.
    static let operationsMaximum = 1_000
    static let bytesMaximum = 1 << 20
    /// The most commands under way.
    static let commandsMaximum = 8
    /// The most puts that wait for what their conditions name.
    static let postponedMaximum = 1_000
    static let postponedBytesMaximum = 4 << 20

    private let store: any StorePlace
    private var packed: [TreeOperation] = []
    private var packedBytes = 0
    private var underWay: [PendingCommand] = []
    /// Puts whose conditions do not hold yet, in the order of the source.
    private var postponed: [TreeOperation] = []
    private var postponedPaths: Set<TreePattern> = []
    private var postponedBytes = 0
    /// How many operations are durable.
    private(set) var completed = 0

    private struct PendingCommand {
        var pending: any PendingResult
        var operations: [TreeOperation]
    }

    init(_ store: any StorePlace) {
        self.store = store
    }

    /// Adds an operation; waits while too many commands are under way.
    mutating func add(_ operation: TreeOperation) async throws {
        let bytes = operation.approximateBytes
        if packed.count == Self.operationsMaximum || packedBytes + bytes > Self.bytesMaximum {
            try await send()
        }
        packed.append(operation)
        packedBytes += bytes
    }

    /// Sends the rest and waits until everything is durable.
    mutating func finish() async throws {
        try await send()
        while !underWay.isEmpty { try await awaitOldest() }
        try await tie()
    }

    /// Writes what was postponed: all nodes, then their conditions, in one command.
    ///
    /// Nodes that keep each other in a circle are all there then.
    private mutating func tie() async throws {
        guard !postponed.isEmpty else { return }
        let operations = postponed.map(\.untied) + postponed
        guard
            case .refused(let index) = try await GuardedCommand(operations: operations).run(
                in: store)
        else {
            completed += postponed.count
            return
        }
        throw ProgramExit(
            .refused,
            "\(operations[index].path): the store refuses it: \(operations[index].rule); "
                + "\(Counted(postponed.count, "node")) whose conditions did not hold not written")
    }

    /// Keeps a put for later that is refused because of its conditions.
    ///
    /// - Returns: Whether it can wait.
    private mutating func postpone(_ operation: TreeOperation) -> Bool {
        let bytes = postponedBytes + operation.approximateBytes
        guard operation.isTied, postponed.count < Self.postponedMaximum,
            bytes <= Self.postponedBytesMaximum
        else { return false }
        if !postponedPaths.insert(operation.path).inserted {
            postponed.removeAll { $0.path == operation.path }
        }
        postponed.append(operation)
        postponedBytes = bytes
        return true
    }

    /// Takes note of what was written behind a postponed put.
    ///
    /// - Throws: ``ProgramExit`` for what cannot come before that put.
    private mutating func follow(_ operation: TreeOperation) throws {
        guard !postponed.isEmpty else { return }
        guard case .put(let write) = operation.kind, operation.isPlacing else {
            throw ProgramExit(
                .refused,
                "\(postponed[0].path): \(postponed[0].rule); write what they name first")
        }
        guard postponedPaths.contains(operation.path),
            let index = postponed.firstIndex(where: { $0.path == operation.path })
        else { return }
        guard !operation.isTied, case .put(let first) = postponed[index].kind else {
            postponedPaths.remove(operation.path)
            postponed.remove(at: index)
            return
        }
        let merged = TreeOperation.Write(
            payload: write.payload, keepWhile: write.keepWhile ?? first.keepWhile)
        postponed[index] = TreeOperation(.put(merged), at: operation.path)
    }

    private mutating func send() async throws {
        guard !packed.isEmpty else { return }
        if underWay.count == Self.commandsMaximum { try await awaitOldest() }
        let command = TreeOperation(.transaction(readOnly: false, packed))
        underWay.append(
            PendingCommand(pending: try store.start(command), operations: packed))
        packed.removeAll(keepingCapacity: true)
        packedBytes = 0
    }

    /// Waits for the oldest command and reports the first of its operations that failed.
    private mutating func awaitOldest() async throws {
        let command = underWay.removeFirst()
        let results: [OperationResult]
        switch try await command.pending.result() {
        case .results(let all): results = all
        case .error(let error):
            let (first, last) = (command.operations[0].path, command.operations.last?.path)
            throw ProgramExit(
                .refused,
                "one of the operations from \(first) to \(last ?? first): \(error); none of these "
                    + "is in the store")
        default: throw ProgramExit(.fault, "expected the results of a batch")
        }
        for (operation, result) in zip(command.operations, results) {
            if case .error(let error) = result {
                if error.code == .keepWhileConditionsNotMet, postpone(operation) { continue }
                let advice =
                    error.code == .keepWhileConditionsNotMet
                    ? "; write what its conditions name first" : ""
                throw ProgramExit(
                    .refused,
                    "\(operation.path): \(error)\(advice); what came before it is in the store")
            }
            try follow(operation)
            completed += 1
        }
    }
}

extension TreeOperation {
    /// About how many bytes the operation takes in a command.
    fileprivate var approximateBytes: Int {
        let payload: Int
        switch kind {
        case .put(let write), .putMany(let write), .create(let write), .update(let write),
            .compareAndSwap(_, let write):
            payload = write.payload?.bytes.count ?? 0
        default: payload = 0
        }
        return payload + 64 + 32 * path.components.count
    }
}
