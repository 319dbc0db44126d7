/// The one way back to who made a request.
///
/// Completed exactly once, by the table that holds it.
package enum Completion<Value: Sendable>: Sendable {
    /// A task that waits.
    case continuation(UnsafeContinuation<Value, Never>)
    /// A function, called on the driver's thread; it must be short and must not block.
    case callback(@Sendable (Value) -> Void)

    func complete(_ value: Value) {
        switch self {
        case .continuation(let continuation): continuation.resume(returning: value)
        case .callback(let callback): callback(value)
        }
    }
}

/// Names a request within its host, for cancellation.
package struct Ticket: Hashable, Sendable {
    let rawValue: UInt64
}

/// A request that waits for its answer.
struct Waiter<Value: Sendable>: Sendable {
    let ticket: Ticket
    let deadline: Deadline
    private var completion: Completion<Value>?

    init(ticket: Ticket, deadline: Deadline, completion: Completion<Value>) {
        self.ticket = ticket
        self.deadline = deadline
        self.completion = completion
    }

    /// Whether it still waits.
    var isWaiting: Bool { completion != nil }

    /// Answers, unless that has happened.
    mutating func finish(_ value: Value) {
        guard let completion else { return }
        self.completion = nil
        completion.complete(value)
    }
}
