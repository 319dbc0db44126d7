import CBOR
import TestSupport
import Testing

@testable import KhepriTree

/// Random reads before random commands: what looks different afterwards is never taken for the same.
@Suite("Random reads of transactions") struct RandomReadSetTests {
    private struct Look {
        let reads: ReadSet
        /// What the reads show of a tree.
        let show: (Tree) -> String
    }

    private static func path(_ generator: inout OperationGenerator) throws -> TreePath {
        let count = 1 + generator.random.next(through: 2)
        return TreePath(components: try (0..<count).map { _ in try generator.name() })
    }

    private static func pattern(_ generator: inout OperationGenerator) throws -> TreePattern {
        let count = 1 + generator.random.next(through: 2)
        return TreePattern(
            components: try (0..<count).map { _ in
                switch generator.random.below(8) {
                case 0, 1: .named(try generator.name())
                case 2, 3: .anyName
                case 4: .anyPath
                case 5: .all([.anyName, .hasPayload(generator.random.chance(50))])
                case 6: .not(.named(try generator.name()))
                default: try generator.condition(depth: 3)
                }
            })
    }

    /// Writes something that often meets what others wrote.
    private static func change(
        _ store: inout TestStore, _ generator: inout OperationGenerator
    ) throws {
        let path = TreePattern(try path(&generator))
        switch generator.random.below(10) {
        case 0, 1, 2, 3, 4: store.put(path, generator.random.next(through: 5))
        case 5, 6: store.delete(path)
        case 7: store.putMany(try pattern(&generator), generator.random.next(through: 5))
        case 8: _ = store.run(.move(from: try Self.path(&generator), overwrite: true), at: path)
        default: _ = store.run(.clearPayload(), at: path)
        }
    }

    private static func look(
        at store: TestStore, _ generator: inout OperationGenerator
    ) throws -> Look {
        var reads = ReadSet(at: store.machine.revision)
        if generator.random.chance(50) {
            let pattern = try pattern(&generator)
            reads.add(pattern)
            let operation = TreeOperation(
                .getMany, at: pattern, options: .init(returning: .all))
            return Look(reads: reads) { $0.read(operation).jsonText }
        }
        let path = try path(&generator)
        let isThere = store.machine.tree.node(at: path) != nil
        let (aspects, shown): (ReadSet.Aspects, NodePropertySet) = generator.random.element([
            (.presence, []),
            ([.presence, .payload], [.payload, .payloadVersion, .modifiedRevision]),
            ([.presence, .children], [.childListVersion, .childCount, .childNames]),
        ])
        reads.add(path, isThere ? aspects : .absence)
        let operation = TreeOperation(
            .get, at: TreePattern(path), options: .init(returning: shown))
        return Look(reads: reads) {
            $0.node(at: path) == nil ? "no node" : $0.read(operation).jsonText
        }
    }

    private static func reload(_ machine: TreeMachine) throws -> TreeMachine {
        let snapshot = machine.makeSnapshot()
        var loader = StateLoader()
        while let bytes = try snapshot.next(byteLimit: 1_000) { try loader.consume(bytes) }
        return try loader.finish()
    }

    @Test func `what changed is a conflict`() throws {
        var generator = OperationGenerator(random: TestRandom())
        generator.names = ["a", "b", "c", "ab"]
        var (changes, conflicts, held) = (0, 0, 0)
        for _ in 0..<2_000 * TestRuns.scale {
            var store = TestStore()
            for _ in 0..<generator.random.next(through: 12) {
                try Self.change(&store, &generator)
            }
            let look = try Self.look(at: store, &generator)
            let before = look.show(store.machine.tree)
            for _ in 0...generator.random.next(through: 2) {
                try Self.change(&store, &generator)
            }
            // A member that began with a snapshot must say the same.
            let reloaded = try Self.reload(store.machine)
            var visits = 0
            let verdict = try look.reads.firstChange(
                in: store.machine.tree, visitLimit: nil, &visits)
            let twin = try look.reads.firstChange(in: reloaded.tree, visitLimit: nil, &visits)
            #expect(verdict == twin, "\(generator.random)")
            let isChanged = look.show(store.machine.tree) != before
            if isChanged, verdict == nil {
                Issue.record("\(generator.random): \(look.reads) missed a change from \(before)")
                return
            }
            changes += isChanged ? 1 : 0
            conflicts += verdict == nil ? 0 : 1
            held += verdict == nil ? 1 : 0
        }
        print("reads: \(changes) changes, \(conflicts) conflicts, \(held) held")
        #expect(changes > 200 * TestRuns.scale)
        #expect(held > 200 * TestRuns.scale)
        #expect(conflicts < 3 * changes, "not everything is a conflict")
    }

    @Test func `a basis is read as it was written`() throws {
        var generator = OperationGenerator(random: TestRandom())
        for _ in 0..<500 {
            var reads = ReadSet(at: Revision(generator.random.next()))
            for _ in 0..<generator.random.next(through: 4) { reads.add(try generator.pattern()) }
            for _ in 0..<generator.random.next(through: 4) {
                reads.add(TreePath(components: [try generator.name()]), .absence)
            }
            let command = TreeCommand(
                .put("/a"), session: generator.session(),
                basis: generator.random.chance(30) ? .term(generator.random.next()) : .reads(reads))
            let bytes = try encoded(command)
            #expect(try decoded(bytes) == command)
            for length in 0..<bytes.count where length % 7 == 0 {
                #expect(throws: CommandError.self) { try decoded(Array(bytes[..<length])) }
            }
        }
    }
}
