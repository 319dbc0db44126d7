/// Counts the answers that are not printed yet, and bounds them.
actor AnswerWindow {
    private let maximum: Int
    private var count = 0
    private var isFailed = false
    private var waiting: (limit: Int, continuation: UnsafeContinuation<Void, Never>)?

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes a place; waits while all are taken.
    ///
    /// - Throws: `CancellationError` when no answer will be printed any more.
    func reserve() async throws {
        try await wait(until: maximum - 1)
        count += 1
    }

    /// Waits until everything is printed.
    ///
    /// - Throws: `CancellationError` when no answer will be printed any more.
    func drain() async throws {
        try await wait(until: 0)
    }

    /// Gives a place back, and tells whether all are free.
    @discardableResult
    func release() -> Bool {
        count -= 1
        resume()
        return count == 0
    }

    /// Ends all waiting: the printer has stopped.
    func fail() {
        isFailed = true
        resume()
    }

    /// Called by one task only, the reader of the lines.
    private func wait(until limit: Int) async throws {
        if count > limit && !isFailed {
            await withUnsafeContinuation { waiting = (limit, $0) }
        }
        if isFailed { throw CancellationError() }
    }

    private func resume() {
        guard let waiting, isFailed || count <= waiting.limit else { return }
        self.waiting = nil
        waiting.continuation.resume()
    }
}
