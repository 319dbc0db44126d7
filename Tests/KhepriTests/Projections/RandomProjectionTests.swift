import CBOR
import KhepriTree
import RaftCore
import RaftRuntime
import TestSupport
import Testing

@testable import Khepri

/// Projections of random changes against the same function over all nodes.
@Suite("Projections and what is there") struct RandomProjectionTests {
    private static let names: [PathComponent] = ["a", "b", "c"]

    private static func path(_ random: inout TestRandom) -> TreePath {
        TreePath(components: (0...random.below(3)).map { _ in random.element(names) })
    }

    private static func pattern(_ random: inout TestRandom) -> TreePattern {
        var components: [NodeCondition] = (0...random.below(3)).map { _ in
            random.weighted([(.named(random.element(names)), 3), (.anyName, 3), (.anyPath, 2)])
        }
        if random.oneIn(3) {
            components[components.count - 1] = .all([
                components[components.count - 1],
                .payloadMatches(.exactly(.unsigned(UInt64(random.below(4))))),
            ])
        }
        return TreePattern(components: components)
    }

    private static func change(_ store: TreeStore, _ random: inout TestRandom) async throws {
        let (path, value) = (path(&random), random.below(6))
        switch random.below(10) {
        case 0...4: try await store.put(value, at: path)
        case 5: _ = try await store.delete(path)
        case 6: _ = try? await store.move(path, to: Self.path(&random), overwrite: true)
        case 7: _ = try await store.clearPayload(at: path)
        case 8: _ = try await store.deleteAll(matching: pattern(&random))
        default:
            let paths = (0..<3).map { _ in Self.path(&random) }
            try await store.batch { batch in
                for path in paths {
                    try batch.delete(path)
                    try batch.put(value, at: path)
                }
            }
        }
    }

    /// A few rows by the value alone, so that nodes often give the same key.
    private static func rows(_ node: Node<Int>) -> [(key: Int, row: TreePath)] {
        guard let value = node.value else { return [] }
        return (0...value % 3).map { (key: (value + $0) % 5, row: node.path) }
    }

    /// What the projection should show.
    private static func expected(
        _ view: TreeView, _ pattern: TreePattern, _ rule: ProjectionRule
    ) throws -> [Int: TreePath] {
        var nodes = try view.nodes(matching: pattern, as: Int.self)
        if rule == .lastModified {
            nodes.sort {
                ($1.modifiedRevision, $0.path) < ($0.modifiedRevision, $1.path)
            }
        }
        var rows: [Int: TreePath] = [:]
        for node in nodes {
            for (key, row) in Self.rows(node) where rows[key] == nil { rows[key] = row }
        }
        return rows
    }

    @Test func `they are what the function makes of all nodes, at each revision`() async throws {
        for seed in TestRuns.seeds(usually: 20) {
            var random = TestRandom(seed: seed)
            let store = try await TreeStore.inMemory()
            var kept: [(TreePattern, ProjectionRule, Projection<Int, TreePath>)] = []
            for _ in 0..<200 {
                if random.oneIn(20) {
                    let (pattern, rule) = (
                        Self.pattern(&random),
                        random.element([ProjectionRule.firstPath, .lastModified])
                    )
                    let projection = try await store.projection(
                        over: pattern, as: Int.self, rule: rule, rows: { Self.rows($0) })
                    kept.append((pattern, rule, projection))
                    if kept.count > 8 { kept.removeFirst() }
                }
                try await Self.change(store, &random)
                let view = store.view
                for (pattern, rule, projection) in kept {
                    #expect(
                        projection.contents == (try Self.expected(view, pattern, rule)),
                        "KHEPRI_SEED=\(seed), pattern \(pattern), rule \(rule)")
                    #expect(projection.revision == view.revision)
                }
            }
            try await store.close()
        }
    }

    @Test func `one that begins while others write misses nothing`() async throws {
        let store = try await TreeStore.inMemory()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<500 {
                        try await store.put(number, at: "/n/\(task)/\(number)")
                    }
                }
            }
            for _ in 0..<20 {
                group.addTask {
                    let projection = try await store.projection(over: "/n/*/*", as: Int.self) {
                        node in node.value.map { (node.path, $0) }
                    }
                    for _ in 0..<20 {
                        let before = store.view
                        try await projection.wait(for: before.revision)
                        #expect(projection.count >= before.count(matching: "/n/*/*"))
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        let projection = try await store.projection(over: "/n/*/*", as: Int.self) { node in
            node.value.map { (node.path, $0) }
        }
        #expect(projection.count == 2_000)
        try await store.close()
    }

    @Test func `what is written while its rows are made is in it`() async throws {
        let store = try await TreeStore.inMemory()
        let table = ProjectionTable<TreePath, Int>("/*", .firstPath) { path, _, payload in
            [(key: path, row: payload?.count ?? 0)]
        }
        try await store.put(7, at: "/gone")
        let view = store.engine.published.view
        let prepared = table.prepare(view.tree)
        try await store.put(7, at: "/new")
        try await store.delete("/gone")
        let machine = store.engine.machine
        let id = machine.projections.join(table, prepared, at: view.revision, machine.watches)
        #expect(id != nil)
        #expect(table.contents == ["/new": 1])
        #expect(table.revision == store.engine.published.revision)
        try await store.close()
    }

    @Test func `a state from a snapshot, or after too large a change, is shown as a whole`() throws
    {
        let machine = StoreMachine(
            history: GroupID(high: 1, low: 1),
            member: MemberID(node: 1, incarnation: GroupID(high: 1, low: 1)),
            TreeReclamation(clock: SystemClock(), attendedBy: { _ in }))
        let table = ProjectionTable<TreePath, Int>("/*", .firstPath) { path, _, payload in
            [(key: path, row: payload?.count ?? 0)]
        }
        #expect(
            machine.projections.join(
                table, table.prepare(Tree()), at: .zero, machine.watches) != nil)

        var other = TreeMachine(history: SessionID(high: 1, low: 1))
        for (revision, path) in [(1, "/a"), (2, "/b")] as [(UInt64, TreePath)] {
            let write = TreeOperation.Write(payload: try Payload(7))
            _ = other.apply(
                TreeCommand(TreeOperation(.put(write), at: TreePattern(path))),
                in: ApplyContext(revision: Revision(revision), time: 1))
        }
        let rows = machine.projections.prepare(other.tree)
        for prepared in [rows, [:]] {
            table.install(table.prepare(Tree()), at: .zero)
            machine.replace(by: LoadedState(machine: other, rows: prepared))
            #expect(table.contents == ["/a": 1, "/b": 1])
            #expect(table.revision == Revision(2))
        }
        table.install(table.prepare(Tree()), at: .zero)
        machine.projections.publish(
            ChangeBatch(tooLarge: Revision(2)), through: Revision(2), of: other.tree,
            to: machine.watches)
        #expect(table.count == 2)
    }
}
