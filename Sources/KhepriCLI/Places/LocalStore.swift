import Khepri
import KhepriServer
import KhepriTree

/// A store that this process has open.
struct LocalStore: StorePlace {
    let store: TreeStore

    init(_ store: TreeStore) {
        self.store = store
    }

    /// A new store in memory.
    static func inMemory() async throws -> LocalStore {
        LocalStore(try await TreeStore.inMemory(configuration: Diagnostics.configuration))
    }

    func perform(_ operation: TreeOperation) async throws -> OperationResult {
        try await store.perform(operation).result
    }

    func start(_ operation: TreeOperation) throws -> any PendingResult {
        try store.start(operation)
    }

    func node(at path: TreePath) async throws -> ShownNode? {
        try await store.node(at: path, as: Payload.self).map { ShownNode($0) }
    }

    func forEachNode(
        matching pattern: TreePattern, after: TreePath?, limit: Int?,
        _ body: (ShownNode) throws -> Void
    ) async throws {
        var left = limit ?? .max
        guard left > 0 else { return }
        try store.view.forEachNode(matching: pattern, after: after) { node in
            try body(ShownNode(node))
            left -= 1
            return left > 0
        }
    }

    func view() async throws -> TreeView { store.view }

    func export(
        below path: TreePath, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        var operations = try operations(below: path)
        var lines = operations.header
        while !lines.isEmpty {
            try lines.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
            lines = operations.nextLines()
        }
    }

    func forEachOperation(
        below path: TreePath, _ body: (TreeOperation) throws -> Void
    ) async throws {
        var operations = try operations(below: path)
        while case let some = operations.next(), !some.isEmpty { try some.forEach(body) }
    }

    private func operations(below path: TreePath) throws -> StoredOperations {
        let view = store.view
        guard view.exists(path) else {
            throw StoreError(.nodeNotFound, "there is no node", path: path)
        }
        return StoredOperations(of: view, from: path)
    }

    func backUp(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws {
        let source = try await store.backupSource()
        while let bytes = try source.next() { try bytes.withUnsafeBytes(body) }
    }

    func close() async throws { try await store.close() }
}

extension PendingWrite: PendingResult {
    func result() async throws -> OperationResult { try await outcome().result }
}
