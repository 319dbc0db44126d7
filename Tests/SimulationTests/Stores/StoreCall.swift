import Khepri

/// One write through the public API, as a value that a store and a model can carry out.
indirect enum StoreCall: Sendable, Hashable {
    typealias Path = [String]

    case put(Path, String)
    /// A put of a node that lives while another one is there.
    case guarded(Path, String, by: Path)
    case create(Path, String)
    case update(Path, String)
    case swap(Path, String, with: String)
    case clear(Path)
    case delete(Path)
    case deleteChildren(Path)
    case copy(Path, Path, overwrite: Bool)
    case move(Path, Path, overwrite: Bool)
    case batch([StoreCall])

    /// Carries out the call and returns its revision, nil if the answer names none.
    func perform(on store: TreeStore) async throws -> UInt64? {
        switch self {
        case .put(let path, let value):
            try await store.put(value, at: Self.tree(path)).revision.rawValue
        case .guarded(let path, let value, let guardian):
            try await store.put(
                value, at: Self.tree(path), keepWhile: [Self.entry(guardian)]
            ).revision.rawValue
        case .create(let path, let value):
            try await store.create(value, at: Self.tree(path)).revision.rawValue
        case .update(let path, let value):
            try await store.update(value, at: Self.tree(path)).revision.rawValue
        case .swap(let path, let expected, let value):
            try await store.compareAndSwap(expected, with: value, at: Self.tree(path))
                .revision.rawValue
        case .clear(let path): try await store.clearPayload(at: Self.tree(path))?.revision.rawValue
        case .delete(let path): try await store.delete(Self.tree(path)).revision.rawValue
        case .deleteChildren(let path):
            try await store.deleteAll(matching: Self.children(path)).revision.rawValue
        case .copy(let source, let target, let overwrite):
            try await store.copy(Self.tree(source), to: Self.tree(target), overwrite: overwrite)
                .rawValue
        case .move(let source, let target, let overwrite):
            try await store.move(Self.tree(source), to: Self.tree(target), overwrite: overwrite)
                .rawValue
        case .batch(let calls):
            try await store.batch { batch in
                for call in calls { try call.add(to: &batch) }
            }.rawValue
        }
    }

    private func add(to batch: inout Batch) throws {
        switch self {
        case .put(let path, let value): try batch.put(value, at: Self.tree(path))
        case .guarded(let path, let value, let guardian):
            try batch.put(value, at: Self.tree(path), keepWhile: [Self.entry(guardian)])
        case .create(let path, let value): try batch.put(value, at: Self.tree(path), if: .absent)
        case .update(let path, let value):
            try batch.put(value, at: Self.tree(path), if: .exists(true))
        case .clear(let path): batch.clearPayload(at: try Self.tree(path))
        case .delete(let path): try batch.delete(Self.tree(path))
        case .deleteChildren(let path): batch.deleteAll(matching: try Self.children(path))
        case .copy(let source, let target, let overwrite):
            batch.copy(try Self.tree(source), to: try Self.tree(target), overwrite: overwrite)
        case .move(let source, let target, let overwrite):
            batch.move(try Self.tree(source), to: try Self.tree(target), overwrite: overwrite)
        case .swap, .batch: preconditionFailure("no part of a batch")
        }
    }

    private static func tree(_ path: Path) throws -> TreePath { try TreePath(text(path)) }

    private static func children(_ path: Path) throws -> TreePattern {
        try TreePattern(text(path) + "/*")
    }

    private static func entry(_ guardian: Path) throws -> KeepWhileEntry {
        .path(try tree(guardian), .exists(true))
    }

    static func text(_ path: Path) -> String { "/" + path.joined(separator: "/") }
}
