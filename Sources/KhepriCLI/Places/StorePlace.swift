import CBOR
import Khepri
import KhepriServer
import KhepriTree

/// Where the operations of a command go: a store that this process has open, or a server.
protocol StorePlace: Sendable {
    /// Carries out one operation; a read sees every write that was answered before.
    ///
    /// - Throws: ``StoreError`` for what was not carried out; what the operation itself ran into is
    ///   a result.
    func perform(_ operation: TreeOperation) async throws -> OperationResult

    /// Starts a write; writes keep the order of these calls.
    func start(_ operation: TreeOperation) throws -> any PendingResult

    /// The node at a path, nil where there is none.
    func node(at path: TreePath) async throws -> ShownNode?

    /// Calls `body` with the nodes that match a pattern, in the order of their paths.
    func forEachNode(
        matching pattern: TreePattern, after: TreePath?, limit: Int?,
        _ body: (ShownNode) throws -> Void
    ) async throws

    /// The whole store at one revision; what leases keep may be missing.
    func view() async throws -> TreeView

    /// Calls `body` with the lines of an export of what is at and below a path, piece by piece.
    ///
    /// The pieces may begin and end anywhere.
    /// - Throws: ``StoreError`` `.nodeNotFound`.
    func export(
        below path: TreePath, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) async throws

    /// Calls `body` with the operations of an export of what is at and below a path.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound`.
    func forEachOperation(
        below path: TreePath, _ body: (TreeOperation) throws -> Void
    ) async throws

    /// Calls `body` with the bytes of a backup of the store, piece by piece.
    func backUp(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws

    /// How the triggers stand, each an object as the HTTP API shows it.
    func triggers() async throws -> [JSONValue]

    /// Has a parked change tried again.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound`.
    func retryParked(_ id: String, of name: String) async throws

    /// Gives a parked change up.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound`.
    func discardParked(_ id: String, of name: String) async throws

    /// Removes a trigger.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound`.
    func removeTrigger(_ name: String) async throws

    /// Gives the store free.
    func close() async throws
}

/// A write that is under way.
protocol PendingResult: Sendable {
    /// Whether the result is there.
    var isDone: Bool { get }

    /// Waits until the write is durable; called once.
    func result() async throws -> OperationResult
}

extension StorePlace {
    /// Carries out one operation; an error that it ran into is thrown.
    func succeed(_ operation: TreeOperation) async throws -> OperationResult {
        let result = try await perform(operation)
        if case .error(let error) = result { throw StoreError(error) }
        return result
    }
}
