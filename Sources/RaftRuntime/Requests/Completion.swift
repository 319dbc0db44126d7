/// The one way back to who made a request; used exactly once.
enum Completion<Value: Sendable>: Sendable {
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
