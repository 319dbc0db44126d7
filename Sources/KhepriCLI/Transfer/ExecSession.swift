import Khepri
import KhepriTree

/// Runs the lines of `khepri exec`: writes ahead of their results, reads behind every line before.
///
/// One task reads the lines and starts their writes, another prints the answers in their order.
final class ExecSession: Sendable {
    enum Place: Sendable {
        case memory
        case directory(String, store: String)
        case server(Endpoint, store: String)
    }

    /// How many answers are under way at the most.
    static let answersMaximum = 1_024

    private let place: Place
    private let window = AnswerWindow(maximum: answersMaximum)

    init(place: Place) {
        self.place = place
    }

    /// An answer that is there or will be.
    private enum Answer: Sendable {
        case line(String)
        case write(any PendingResult)
    }

    /// Runs all lines.
    ///
    /// - Returns: How many were no valid operations.
    func run(_ lines: InputLines) async throws -> Int {
        let (answers, continuation) = AsyncStream.makeStream(of: Answer.self)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                defer { continuation.finish() }
                return try await self.read(lines) { continuation.yield($0) }
            }
            group.addTask { try await self.print(answers) }
            // The first that fails cancels the other, which then has nothing more to do.
            return try await group.reduce(0, +)
        }
    }

    // MARK: Reading

    private func read(_ lines: InputLines, answer: (Answer) -> Void) async throws -> Int {
        var store = try await open()
        do {
            var malformed = 0
            for try await line in lines {
                do {
                    try await run(line, on: &store, answer: answer)
                } catch let refusal as OperationError {
                    malformed += 1
                    try await window.reserve()
                    answer(.line(OperationResult.error(refusal).jsonText))
                }
            }
            // The input may have ended because the printer has failed; its error is told.
            try await window.drain()
            try await store.close()
            return malformed
        } catch {
            try? await window.drain()
            try? await store.close()
            throw error
        }
    }

    private func run(
        _ line: [UInt8], on store: inout any StorePlace, answer: (Answer) -> Void
    ) async throws {
        switch try OperationLine.reading(line) {
        case nil, .header: return
        case .reset:
            guard case .memory = place else {
                throw OperationError(.invalidOperation, "reset is for --in-memory only")
            }
            try await window.drain()
            try await store.close()
            store = try await open()
            try await window.reserve()
            answer(.line(#"{"ok":true}"#))
        case .operation(let operation) where operation.kind.isRead:
            try await window.drain()
            let result = try await store.perform(operation)
            try await window.reserve()
            answer(.line(result.jsonText))
        case .operation(let operation):
            try await window.reserve()
            do {
                answer(.write(try store.start(operation)))
            } catch {
                await window.release()
                throw Self.refusal(error) ?? error
            }
        }
    }

    private func open() async throws -> any StorePlace {
        switch place {
        case .memory:
            return try await LocalStore.inMemory()
        case .directory(let directory, let name):
            let host = try await StoreHost.open(
                at: directory, configuration: Diagnostics.configuration)
            return LocalStore(try await host.store(name))
        case .server(let endpoint, let name):
            return try await RemoteStore(at: endpoint, store: name, creating: true)
        }
    }

    // MARK: Printing

    /// Prints the answers, and hands them over whenever the next one is not there yet.
    ///
    /// - Returns: How many writes were refused as a whole.
    private func print(_ answers: AsyncStream<Answer>) async throws -> Int {
        var refused = 0
        do {
            for await answer in answers {
                switch answer {
                case .line(let text): try StandardOutput.line(text)
                case .write(let pending):
                    if !pending.isDone { try StandardOutput.flush() }
                    let result = try await Self.result(of: pending, &refused)
                    try StandardOutput.line(result.jsonText)
                }
                if await window.release() { try StandardOutput.flush() }
            }
        } catch {
            await window.fail()
            throw error
        }
        return refused
    }

    private static func result(
        of pending: any PendingResult, _ refused: inout Int
    ) async throws -> OperationResult {
        do {
            return try await pending.result()
        } catch {
            guard let refusal = refusal(error) else { throw error }
            refused += 1
            return .error(refusal)
        }
    }

    /// The result of a line that the store would not take as a command; nil for other errors.
    private static func refusal(_ error: any Error) -> OperationError? {
        guard let error = error as? StoreError, error.code == .invalidOperation else { return nil }
        return OperationError(.invalidOperation, error.message)
    }
}
