import CBOR
import Khepri
import KhepriTree
import TestSupport
import Testing

/// Watchers of random patterns against the differences of what the store holds before and after.
@Suite("Changes and differences")
struct RandomChangesTests {
    /// One reader, and what it is to be told.
    private struct Reader {
        let pattern: TreePattern
        var iterator: TreeChanges.AsyncIterator
        var expected: [String] = []
    }

    @Test func `a reader is told of exactly what differs between two revisions`() async throws {
        for seed in TestRuns.seeds(usually: 20) {
            var random = TestRandom(seed: seed)
            let store = try await TreeStore.inMemory()
            var readers: [Reader] = []
            for _ in 0..<200 {
                if readers.count < 12, random.oneIn(4) {
                    readers.append(try reader(of: store, &random))
                }
                let before = store.view
                try await change(store, &random)
                let after = store.view
                for index in readers.indices {
                    readers[index].expected += try Self.difference(
                        before, after, readers[index].pattern)
                }
                if readers.count == 12, random.oneIn(10) { readers.removeFirst() }
            }
            try await store.close()
            for var reader in readers {
                var found: [String] = []
                while let change = try await reader.iterator.next() {
                    found.append(try Self.line(change))
                }
                #expect(
                    found == reader.expected, "KHEPRI_SEED=\(seed), pattern \(reader.pattern)")
            }
        }
    }

    private func reader(of store: TreeStore, _ random: inout TestRandom) throws -> Reader {
        let glob = try NamePattern(glob: "[ab]")
        var components: [NodeCondition] = (0..<1 + random.below(3)).map { _ in
            random.weighted([
                (.named(Self.name(&random)), 5), (.anyName, 3), (.anyPath, 2),
                (.nameMatches(glob), 1),
            ])
        }
        if random.oneIn(3) {
            components[components.count - 1] = .all([
                components[components.count - 1],
                .payloadMatches(.exactly(.unsigned(UInt64(random.below(3))))),
            ])
        }
        let pattern = TreePattern(components: components)
        // Now and the last revision are the same moment.
        let start: WatchStart = random.oneIn(2) ? .now : .revision(store.local.revision)
        return Reader(
            pattern: pattern,
            iterator: store.changes(matching: pattern, since: start).makeAsyncIterator())
    }

    private func change(_ store: TreeStore, _ random: inout TestRandom) async throws {
        let path = Self.path(&random)
        let value = random.below(3)
        switch random.below(10) {
        case 0...4: try await store.put(value, at: path)
        case 5: _ = try await store.deleteAll(matching: TreePattern(path).child(where: .anyName))
        case 6: _ = try? await store.delete(path)
        case 7: _ = try? await store.clearPayload(at: path)
        case 8: _ = try? await store.put(value, at: path, keepWhile: [.path("/a", .exists(true))])
        default:
            let others = (0..<3).map { _ in Self.path(&random) }
            try await store.batch { batch in
                for path in others { try batch.put(value, at: path) }
            }
        }
    }

    private static func name(_ random: inout TestRandom) -> PathComponent {
        random.element(["a", "b", "c", "abc"])
    }

    private static func path(_ random: inout TestRandom) -> TreePath {
        TreePath(components: (0..<1 + random.below(3)).map { _ in name(&random) })
    }

    /// The differences between two views at the nodes that match in one of them.
    private static func difference(
        _ before: TreeView, _ after: TreeView, _ pattern: TreePattern
    ) throws -> [String] {
        let views = try [before, after].map {
            try $0.nodes(matching: pattern, as: Payload.self).map(\.path)
        }
        return try Set(views[0] + views[1]).sorted().compactMap { path in
            let old = try before.node(at: path, as: Payload.self)
            let new = try after.node(at: path, as: Payload.self)
            guard old?.modifiedRevision != new?.modifiedRevision else { return nil }
            return line(path, old, new)
        }
    }

    private static func line(_ change: TreeChange) throws -> String {
        line(change.path, try change.old(as: Payload.self), try change.new(as: Payload.self))
    }

    private static func line(
        _ path: TreePath, _ old: Node<Payload>?, _ new: Node<Payload>?
    ) -> String {
        let sides = [old, new].map { node in
            node.map {
                "\($0.value?.description ?? "none") \($0.payloadVersion) \($0.childCount) "
                    + "\($0.createdRevision.rawValue) \($0.modifiedRevision.rawValue)"
            } ?? "absent"
        }
        return "\(path): \(sides[0]) -> \(sides[1])"
    }
}
