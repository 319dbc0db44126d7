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

    private let store: any StorePlace
    private var packed: [TreeOperation] = []
    private var packedBytes = 0
    private var underWay: [PendingCommand] = []
    private var postponed = PostponedPuts()
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
        completed += try await postponed.write(to: store)
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
                if error.code == .keepWhileConditionsNotMet, postponed.add(operation) { continue }
                let advice =
                    error.code == .keepWhileConditionsNotMet
                    ? "; write what its conditions name first" : ""
                throw ProgramExit(
                    .refused,
                    "\(operation.path): \(error)\(advice); what came before it is in the store")
            }
            try postponed.note(operation)
            completed += 1
        }
    }
}

extension TreeOperation {
    /// About how many bytes the operation takes in a command.
    var approximateBytes: Int {
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
