import CBOR
import Hummingbird
import Khepri
import KhepriTree

/// `/v1/ops`: one operation of `khepri-ops/1`, or an array of them.
///
/// An array runs in order: its writes are in the log together, and a read sees every line before it.
struct OperationsRoute {
    /// The most operations of one request.
    static let operationsMaximum = TreeLimits.transactionOperationsMaximum
    /// The most writes of one request that are under way at once.
    static let writesMaximum = 1_024

    let store: TreeStore

    func post(_ query: RequestQuery, _ body: ByteBuffer) async throws -> Response {
        try query.expectOnly(RequestQuery.consistencyNames)
        let consistency = try query.consistency()
        let json = try body.withUnsafeReadableBytes { try JSONParser.value(of: $0) }
        var printer = JSONPrinter()
        guard case .array(let items) = json else {
            var run = OperationRun(store: store, consistency: consistency)
            await run.add(json)
            let answers = await run.finish()
            if case .failure(let error) = answers[0], error.code != .invalidOperation {
                throw error
            }
            answers[0].write(to: &printer)
            return Response(json: &printer).at(store.local.revision)
        }
        guard items.count <= Self.operationsMaximum else {
            throw RequestError(
                .tooLarge,
                "expected at most \(Self.operationsMaximum) operations, found \(items.count)")
        }
        var run = OperationRun(store: store, consistency: consistency)
        for item in items { await run.add(item) }
        printer.writeArray(await run.finish()) { $0.write(to: &$1) }
        return Response(json: &printer).at(store.local.revision)
    }
}

/// What one operation of a request was answered.
enum OperationAnswer: Sendable {
    case result(OperationResult, Revision)
    /// The store could not carry it out, or nobody knows.
    case failure(StoreError)

    init(_ result: OperationResult, at revision: Revision) {
        switch result {
        case .error(let error) where Self.codesInDoubt.contains(error.code):
            self = .failure(StoreError(error))
        default: self = .result(result, revision)
        }
    }

    /// Errors of a write that was sent on twice: it may have been applied the first time.
    private static let codesInDoubt: [OperationError.Code] = [.resultUnavailable, .sessionExpired]

    func write(to printer: inout JSONPrinter) {
        printer.beginObject()
        switch self {
        case .result(let result, let revision):
            result.writeMembers(to: &printer)
            printer.writeMember("revision", revision.rawValue)
        case .failure(let error):
            printer.writeKey("error")
            ErrorAnswer(error).write(to: &printer)
        }
        printer.endObject()
    }
}

/// The operations of one request while they are carried out.
private struct OperationRun {
    let store: TreeStore
    let consistency: ReadConsistency
    private var answers: [OperationAnswer] = []
    private var underWay: ArraySlice<PendingWrite> = []

    init(store: TreeStore, consistency: ReadConsistency) {
        self.store = store
        self.consistency = consistency
    }

    /// Starts a write, or carries out a read when every write before it is applied.
    mutating func add(_ json: JSONValue) async {
        do {
            let operation = try Self.operation(json)
            guard operation.kind.isRead else { return try await start(operation) }
            await drain(to: 0)
            try await store.catchUp(to: consistency)
            let outcome = try await store.perform(operation)
            answers.append(OperationAnswer(outcome.result, at: outcome.revision))
        } catch {
            await drain(to: 0)
            answers.append(answer(to: error))
        }
    }

    /// The answers, when everything is carried out.
    mutating func finish() async -> [OperationAnswer] {
        await drain(to: 0)
        return answers
    }

    private mutating func start(_ operation: TreeOperation) async throws {
        await drain(to: OperationsRoute.writesMaximum - 1)
        underWay.append(try store.start(operation))
    }

    private mutating func drain(to count: Int) async {
        while underWay.count > count {
            let pending = underWay.removeFirst()
            do {
                let outcome = try await pending.outcome()
                answers.append(OperationAnswer(outcome.result, at: outcome.revision))
            } catch {
                answers.append(answer(to: error))
            }
        }
    }

    /// An operation that is none is answered by a result.
    private func answer(to error: any Error) -> OperationAnswer {
        switch error {
        case let error as OperationError:
            return .result(.error(error), store.local.revision)
        case let error as StoreError:
            return .failure(error)
        default:
            preconditionFailure("an operation throws one of two errors: \(error)")
        }
    }

    private static func operation(_ json: JSONValue) throws -> TreeOperation {
        guard case .operation(let operation) = try OperationLine(json) else {
            throw OperationError(
                .invalidOperation, "expected an operation, found a header or reset")
        }
        return operation
    }
}
