import KhepriTree

/// The value of one node: the present one first, and then each new one that is seen in time.
///
/// See ``TreeStore/values(at:as:)``. It has one reader.
public struct TreeValues<Value: Decodable & Sendable>: AsyncSequence, Sendable {
    /// The value, nil while there is no node or it has no payload.
    public typealias Element = Value?

    let subscription: ValueSubscription

    /// Reads the values.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: ValueSubscription
        /// What the value that was seen last was written by; nil for no node.
        private var seen: Revision??

        init(_ subscription: ValueSubscription) { self.subscription = subscription }

        /// Waits for a value that was not seen; of several that came meanwhile, the last.
        ///
        /// - Returns: nil when the store is closed or the task is cancelled.
        /// - Throws: ``StoreError`` `.valueCoding`, `.storageFailed`, `.newerFormat`.
        public mutating func next() async throws -> Value?? {
            while true {
                let node: Node<Value>? = try subscription.node()
                if seen != .some(node?.modifiedRevision) {
                    seen = .some(node?.modifiedRevision)
                    return .some(node?.value)
                }
                guard try await subscription.wait() else { return nil }
            }
        }
    }

    /// A reader.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription) }
}

/// Who waits for a change of one node.
final class ValueSubscription: Sendable {
    private let engine: StoreEngine
    private let path: TreePath
    private let signal: ChangeSignal

    init(_ engine: StoreEngine, _ path: TreePath) {
        self.engine = engine
        self.path = path
        signal = ChangeSignal(engine, TreePattern(path))
    }

    /// The node as it is now.
    func node<Value: Decodable & Sendable>() throws -> Node<Value>? {
        try LocalReads(published: engine.published).node(at: path)
    }

    /// Waits until the node may have changed; false at the end.
    func wait() async throws -> Bool { try await signal.wait() }
}
