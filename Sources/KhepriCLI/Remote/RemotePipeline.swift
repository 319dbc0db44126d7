import CBOR
import Khepri
import KhepriTree
import NIOHTTP1
import RaftRuntime

/// Writes on their way to a server, in order: while some are under way, the next gather.
///
/// Each request takes all that have gathered, so the server has many in its log at once.
final class RemotePipeline: Sendable {
    /// The most that one request holds.
    private static let operationsMaximum = 1_024
    private static let bytesMaximum = 4 << 20

    private struct State {
        var gathered: ArraySlice<(text: String, answer: RemoteAnswer)> = []
        var isUnderWay = false
    }

    private let connection: HTTPConnection
    private let target: String
    private let endpoint: Endpoint
    private let state = Lock(State())

    init(_ connection: HTTPConnection, target: String, endpoint: Endpoint) {
        self.connection = connection
        self.target = target
        self.endpoint = endpoint
    }

    /// Adds a write to the next request.
    func start(_ operation: TreeOperation) -> RemoteAnswer {
        let answer = RemoteAnswer()
        state.withLock { $0.gathered.append((operation.jsonText, answer)) }
        sendNext()
        return answer
    }

    /// Sends what has gathered, unless some is under way.
    private func sendNext() {
        let next = state.withLock { state -> [(text: String, answer: RemoteAnswer)] in
            guard !state.isUnderWay else { return [] }
            var bytes = 0
            let batch = state.gathered.prefix(Self.operationsMaximum).prefix { write in
                defer { bytes += write.text.utf8.count }
                return bytes == 0 || bytes + write.text.utf8.count <= Self.bytesMaximum
            }
            state.gathered.removeFirst(batch.count)
            state.isUnderWay = !batch.isEmpty
            return Array(batch)
        }
        guard !next.isEmpty else { return }
        let body = "[" + next.map(\.text).joined(separator: ",") + "]"
        connection.send(.POST, target, body: body) { reply in
            self.answer(next.map(\.answer), reply)
            self.state.withLock { $0.isUnderWay = false }
            self.sendNext()
        }
    }

    private func answer(
        _ answers: [RemoteAnswer], _ reply: Result<HTTPReply, ConnectionLost>
    ) {
        do {
            guard case .array(let items) = try endpoint.json(of: try reply.get()),
                items.count == answers.count
            else { throw endpoint.malformedAnswer }
            for (answer, item) in zip(answers, items) {
                answer.complete(Result { try OperationResult(answer: item) })
            }
        } catch {
            let error: any Error = error is ConnectionLost ? endpoint.lostWrite : error
            for answer in answers { answer.complete(.failure(error)) }
        }
    }
}

/// The answer to a write that is under way.
final class RemoteAnswer: PendingResult {
    private enum State {
        case open
        case waited(UnsafeContinuation<Result<OperationResult, any Error>, Never>)
        case done(Result<OperationResult, any Error>)
    }

    private let state = Lock(State.open)

    /// Called once, by the pipeline.
    func complete(_ result: Result<OperationResult, any Error>) {
        let waiting = state.withLock { state -> UnsafeContinuation<_, Never>? in
            if case .waited(let continuation) = state { return continuation }
            state = .done(result)
            return nil
        }
        waiting?.resume(returning: result)
    }

    var isDone: Bool {
        state.withLock { if case .done = $0 { true } else { false } }
    }

    func result() async throws -> OperationResult {
        try await withUnsafeContinuation { continuation in
            let known = state.withLock { state -> Result<OperationResult, any Error>? in
                if case .done(let result) = state { return result }
                state = .waited(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }.get()
    }
}
