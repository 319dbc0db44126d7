import Foundation
import Khepri
import KhepriTree
import Synchronization

/// Runs the lines of `khepri exec`: writes ahead of their results, reads behind every line before.
final class ExecSession: Sendable {
    enum Place: Sendable {
        case memory
        case directory(String, store: String)
    }

    /// How many writes are under way at the most.
    static let writesMaximum = 1_024

    private let place: Place
    private let host: Mutex<StoreHost>

    init(place: Place) async throws {
        self.place = place
        host = Mutex(try await Self.open(place))
    }

    private static func open(_ place: Place) async throws -> StoreHost {
        let configuration = Diagnostics.configuration
        switch place {
        case .memory:
            return try StoreHost.inMemory(configuration: configuration)
        case .directory(let directory, _):
            return try await StoreHost.open(at: directory, configuration: configuration)
        }
    }

    private func store() async throws -> TreeStore {
        guard case .directory(_, let name) = place else {
            return try await host.withLock { $0 }.store("default")
        }
        return try await host.withLock { $0 }.store(name)
    }

    /// An answer that is there or will be.
    private enum Answer: Sendable {
        case line(String)
        case write(PendingWrite)
    }

    /// Runs all lines.
    ///
    /// - Returns: how many were no valid operations.
    func run(_ lines: InputLines) async throws -> Int {
        let (answers, continuation) = AsyncStream.makeStream(of: Answer.self)
        let window = AnswerWindow(maximum: Self.writesMaximum)
        async let printing: Void = Self.print(answers, window)
        let malformed: Int
        do {
            malformed = try await read(lines, continuation, window)
        } catch {
            continuation.finish()
            try? await printing
            try? await host.withLock { $0 }.close()
            throw error
        }
        continuation.finish()
        try await printing
        try await host.withLock { $0 }.close()
        return malformed
    }

    private func read(
        _ lines: InputLines, _ answers: AsyncStream<Answer>.Continuation, _ window: AnswerWindow
    ) async throws -> Int {
        var malformed = 0
        var store = try await store()
        func answer(_ line: String) async {
            await window.reserve()
            answers.yield(.line(line))
        }
        for await line in lines where line.contains(where: { !$0.isWhitespace }) {
            do {
                switch try OperationLine(line) {
                case .header: continue
                case .reset:
                    guard case .memory = place else {
                        throw OperationError(.invalidOperation, "reset is for --in-memory only")
                    }
                    await window.drain()
                    store = try await reset()
                    await answer(#"{"ok":true}"#)
                case .operation(let operation) where operation.kind.isRead:
                    await window.drain()
                    await answer(try await store.perform(operation).result.jsonText)
                case .operation(let operation):
                    await window.reserve()
                    answers.yield(.write(try store.start(operation)))
                }
            } catch let refusal as OperationError {
                malformed += 1
                await answer(OperationResult.error(refusal).jsonText)
            }
        }
        return malformed
    }

    /// Goes on with a new empty store.
    private func reset() async throws -> TreeStore {
        try await host.withLock { $0 }.close()
        let fresh = try await Self.open(place)
        host.withLock { $0 = fresh }
        return try await store()
    }

    /// Prints each answer when it is there; output is flushed whenever nothing more is ready.
    private static func print(_ answers: AsyncStream<Answer>, _ window: AnswerWindow) async throws {
        for await answer in answers {
            let line: String
            switch answer {
            case .line(let text): line = text
            case .write(let pending): line = try await pending.outcome().result.jsonText
            }
            StandardOutput.write(Array(line.utf8) + [10])
            await window.release()
        }
    }
}

/// Counts the answers that are not printed yet.
private actor AnswerWindow {
    private let maximum: Int
    private var count = 0
    private var waiting: [(limit: Int, continuation: CheckedContinuation<Void, Never>)] = []

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes a place; waits while all are taken.
    func reserve() async {
        await wait(until: maximum - 1)
        count += 1
    }

    /// Waits until everything is printed.
    func drain() async {
        await wait(until: 0)
    }

    /// Gives a place back.
    func release() {
        count -= 1
        if let first = waiting.first, count <= first.limit {
            waiting.removeFirst()
            first.continuation.resume()
        }
    }

    private func wait(until limit: Int) async {
        if count <= limit { return }
        await withCheckedContinuation { waiting.append((limit, $0)) }
    }
}
