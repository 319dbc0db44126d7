import CBOR
import Foundation
import Testing

@testable import KhepriTree

/// Random commands, a tenth of them damaged: whatever a log holds, a member applies it and goes on.
///
/// `KHEPRI_COMMANDS` sets their number. Every command is applied; what is dear to check is checked
/// after some.
@Suite("Totality") struct TotalityTests {
    @Test func `no command stops a member, and what it says it did is what it did`() throws {
        let given = ProcessInfo.processInfo.environment["KHEPRI_COMMANDS"].flatMap(Int.init)
        var subject = Subject(random: ConditionTestGenerator(for: "totality"))
        for _ in 0..<(given ?? 100_000) { try subject.step() }
        #expect(subject.counts.writes > 1_000)
        #expect(subject.counts.refused > 1_000)
        #expect(subject.counts.undecodable > 1_000)
        #expect(subject.counts.rolledBack > 100)
    }

    private struct Counts {
        var writes = 0
        var refused = 0
        var undecodable = 0
        var rolledBack = 0
    }

    private struct Subject {
        var generator: OperationGenerator
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        var revision: UInt64 = 0
        var time: UInt64 = 0
        var counts = Counts()
        /// Operations made before, to be made again and in pieces.
        var pool: [TreeOperation] = []

        init(random: ConditionTestGenerator) {
            generator = OperationGenerator(random: random)
        }

        mutating func step() throws {
            if machine.tree.nodeCount > 150 {
                machine = TreeMachine(history: SessionID(high: 0, low: 0))
            }
            revision += UInt64.random(in: 1...3, using: &generator.random)
            time += generator.random.chance(1) ? 2_000_000 : 10
            let operation = try makeOperation()
            let bytes = try encode(TreeCommand(operation, session: session()))
            let isChecked = generator.random.chance(10)
            let before = isChecked ? machine.tree : nil
            guard let applied = apply(bytes) else { return }
            if case .error = applied.result { counts.refused += 1 }
            if !applied.changes.isEmpty { counts.writes += 1 }
            guard let before else { return }
            machine.checkInvariants()
            check(applied, since: before)
        }

        /// Half of all operations are for few names, so that they meet nodes that exist.
        private mutating func makeOperation() throws -> TreeOperation {
            if pool.count > 50, generator.random.chance(50) {
                return pool[Int.random(in: 0..<pool.count, using: &generator.random)]
            }
            let operation = try generator.operation()
            if pool.count == 200 { pool.removeFirst() }
            pool.append(operation)
            return operation
        }

        private mutating func session() -> TreeCommand.Session? {
            guard generator.random.chance(20) else { return nil }
            let sequence = UInt64.random(in: 1...4, using: &generator.random)
            let id = SessionID(high: 0, low: .random(in: 0...3, using: &generator.random))
            let lowest = UInt64.random(in: 1...sequence, using: &generator.random)
            return TreeCommand.Session(id: id, sequence: sequence, lowestUnanswered: lowest)
        }

        private mutating func encode(_ command: TreeCommand) throws -> [UInt8] {
            var writer = CBORWriter()
            try command.encode(into: &writer)
            var bytes = writer.finish()
            guard generator.random.chance(10) else { return bytes }
            for _ in 0...Int.random(in: 0...3, using: &generator.random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator.random)
                switch Int.random(in: 0..<3, using: &generator.random) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator.random)
                case 1: bytes[place] = .random(in: 0...255, using: &generator.random)
                default: bytes.removeSubrange(place...)
                }
            }
            return bytes
        }

        /// Applies a command, first within a limit; nil when it claims to be of a newer version.
        private mutating func apply(_ bytes: [UInt8]) -> Applied? {
            let limit =
                generator.random.chance(50) ? Int.random(in: 0...20, using: &generator.random) : nil
            let context = ApplyContext(revision: Revision(revision), time: time)
            let hash = machine.stateHash
            if (try? bytes.withUnsafeBytes { try TreeCommand.decode($0) }) == nil {
                counts.undecodable += 1
            }
            let command = DecodedCommand(bytes)
            var outcome = machine.apply(command, in: context, visitLimit: limit)
            if case .visitLimitExceeded = outcome {
                counts.rolledBack += 1
                #expect(machine.stateHash == hash)
                outcome = machine.apply(command, in: context)
            }
            switch outcome {
            case .applied(let applied):
                #expect(machine.revision == context.revision)
                return applied
            case .needsNewerVersion:
                #expect(machine.stateHash == hash)
                return nil
            case .visitLimitExceeded:
                Issue.record("a limit was exceeded where there is none")
                return nil
            }
        }

        /// Compares what a command says with the trees before and after.
        private func check(_ applied: Applied, since before: Tree) {
            let old = TotalityTests.nodes(of: before)
            let new = TotalityTests.nodes(of: machine.tree)
            var expected: [TreePath: String] = [:]
            for (path, node) in new where old[path] == nil || TotalityTests.differ(old[path], node)
            {
                expected[path] = old[path] == nil ? "created" : "updated"
            }
            for path in old.keys where new[path] == nil { expected[path] = "deleted" }
            var found: [TreePath: String] = [:]
            for change in applied.changes.changes where change.old != nil || change.new != nil {
                found[change.path] = "\(change.kind)"
                #expect(change.old?.payloadVersion == old[change.path]?.payloadVersion)
                #expect(change.new?.payloadVersion == new[change.path]?.payloadVersion)
                #expect(
                    change.old.map { $0.payload(present: new[change.path]) }
                        == old[change.path].map(\.payload))
            }
            #expect(found == expected)
            #expect(
                applied.changes.changes.map(\.path) == applied.changes.changes.map(\.path).sorted())
            switch applied.result {
            case .error, .aborted, .boolean, .count: #expect(expected.isEmpty)
            case .nodes(let nodes): check(nodes, new)
            case .results, .ok: break
            }
        }

        /// Whether what is listed is in order, and as gone or present as it says.
        private func check(_ nodes: [ResultNode], _ present: [TreePath: TreeNode]) {
            #expect(nodes.map(\.path) == nodes.map(\.path).sorted())
            #expect(Set(nodes.map(\.path)).count == nodes.count)
            for node in nodes where node.deleteReason != nil && !node.path.isRoot {
                #expect(present[node.path] == nil)
            }
        }
    }

    fileprivate static func nodes(of tree: Tree) -> [TreePath: TreeNode] {
        var nodes: [TreePath: TreeNode] = [:]
        tree.forEachMatch(of: TreePattern(components: [.anyPath]), includesRoot: true) {
            nodes[$0] = $1
            return true
        }
        return nodes
    }

    fileprivate static func differ(_ left: TreeNode?, _ right: TreeNode) -> Bool {
        guard let left else { return true }
        return left.payloadVersion != right.payloadVersion
            || left.childListVersion != right.childListVersion
            || left.createdRevision != right.createdRevision
            || left.modifiedRevision != right.modifiedRevision
            || left.childrenRevision != right.childrenRevision || left.payload != right.payload
            || left.childCount != right.childCount || left.keepWhileSet != right.keepWhileSet
    }
}
