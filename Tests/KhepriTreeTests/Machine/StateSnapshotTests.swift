import Foundation
import TestSupport
import Testing

@testable import KhepriTree

@Suite("Snapshots of the state") struct StateSnapshotTests {
    /// A state with payloads, keep-while sets of both kinds, and a session.
    private func machine() throws -> TreeMachine {
        var machine = TreeMachine(history: SessionID(high: 1, low: 2))
        let lines = [
            #"{"op":"put","path":"/stock/wood/oak","value":150}"#,
            #"{"op":"put","path":"/stock/wood","value":{"a":[1,2.5,null,true]}}"#,
            #"{"op":"put","path":"/stock/wood/ash","value":[]}"#,
            #"{"op":"put","path":"/empty","noPayload":true}"#,
            #"{"op":"put","path":"/s","value":1,"keepWhile":[["/stock/*/oak",{"exists":true}]]}"#,
            #"{"op":"put","path":"/","value":"root"}"#,
            #"{"op":"delete","path":"/stock/wood/ash"}"#,
        ]
        for (index, line) in lines.enumerated() {
            guard case .operation(let operation) = try OperationLine(line) else { continue }
            let session = TreeCommand.Session(
                id: SessionID(high: 7, low: 7), sequence: UInt64(index + 1), lowestUnanswered: 2)
            _ = machine.apply(
                TreeCommand(operation, session: session),
                in: ApplyContext(revision: Revision(UInt64(index + 3)), time: 1_000))
        }
        machine.checkInvariants()
        return machine
    }

    private func bytes(of machine: TreeMachine, byteLimit: Int) throws -> [[UInt8]] {
        let snapshot = machine.makeSnapshot()
        var blocks: [[UInt8]] = []
        while let block = try snapshot.next(byteLimit: byteLimit) { blocks.append(block) }
        return blocks
    }

    @Test(arguments: [1, 60, 100_000]) func `a state comes back as it was`(byteLimit: Int) throws {
        let machine = try machine()
        var loader = StateLoader()
        for block in try bytes(of: machine, byteLimit: byteLimit) { try loader.consume(block) }
        let restored = try loader.finish()
        restored.checkInvariants()
        #expect(restored.stateHash == machine.stateHash)
        #expect(restored.revision == machine.revision)
        #expect(restored.sessionCount == 1)
        let dump = TreeOperation(.dump, at: .root)
        #expect(restored.tree.read(dump) == machine.tree.read(dump))
    }

    @Test func `it goes on like the one it was taken from`() throws {
        var machine = try machine()
        var loader = StateLoader()
        for block in try bytes(of: machine, byteLimit: 50) { try loader.consume(block) }
        var restored = try loader.finish()
        let command = TreeCommand(TreeOperation(.delete, at: "/stock/wood/oak"))
        let context = ApplyContext(revision: Revision(100), time: 2_000)
        _ = machine.apply(command, in: context)
        _ = restored.apply(command, in: context)
        #expect(restored.stateHash == machine.stateHash)
        #expect(restored.tree.node(at: "/s" as TreePath) == nil)
        restored.checkInvariants()
    }

    @Test func `sessions expire at the same command after a restart from a snapshot`() throws {
        var machine = try machine()
        func apply(_ time: UInt64, _ revision: UInt64, to machine: inout TreeMachine) {
            let command = TreeCommand(TreeOperation(.delete, at: "/nothing"))
            _ = machine.apply(
                command, in: ApplyContext(revision: Revision(revision), time: time))
        }
        apply(3_600_500, 100, to: &machine)
        var loader = StateLoader()
        for block in try bytes(of: machine, byteLimit: 50) { try loader.consume(block) }
        var restored = try loader.finish()
        for (revision, time) in [(101, 3_602_000), (102, 3_661_000)] as [(UInt64, UInt64)] {
            apply(time, revision, to: &machine)
            apply(time, revision, to: &restored)
            #expect(restored.stateHash == machine.stateHash)
        }
        #expect(machine.sessionCount == 0)
    }

    @Test func `any chunk boundary will do, and a missing end is noticed`() throws {
        let whole = try bytes(of: try machine(), byteLimit: 80).flatMap(\.self)
        for cut in 0...whole.count {
            var loader = StateLoader()
            try loader.consume(Array(whole[..<cut]))
            if cut < whole.count {
                let half = loader
                #expect(throws: (any Error).self) { _ = try half.finish() }
            }
            try loader.consume(Array(whole[cut...]))
            _ = try loader.finish()
        }
    }

    @Test func `every flipped bit is noticed`() throws {
        let whole = try bytes(of: try machine(), byteLimit: 80).flatMap(\.self)
        for bit in 0..<whole.count * 8 {
            var damaged = whole
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: StateError.self, "bit \(bit)") {
                var loader = StateLoader()
                try loader.consume(damaged)
                _ = try loader.finish()
            }
        }
    }

    /// What validation of transactions looks at must not depend on who was restored from what.
    @Test func `what nodes know of those below comes back`() throws {
        var generator = OperationGenerator(random: TestRandom(for: "subtree revisions"))
        var machine = TreeMachine(history: SessionID(high: 1, low: 1))
        for number in 1...2_000 {
            let command = TreeCommand(try generator.operation())
            _ = machine.apply(
                command, in: ApplyContext(revision: Revision(UInt64(number)), time: 1))
            guard number % 40 == 0 else { continue }
            var loader = StateLoader()
            for block in try bytes(of: machine, byteLimit: 1_000) { try loader.consume(block) }
            #expect(
                Self.subtreeRevisions(try loader.finish().tree)
                    == Self.subtreeRevisions(machine.tree))
        }
    }

    /// Where it is later than the node: a change by the command that made the node says no more.
    private static func subtreeRevisions(_ tree: Tree) -> [TreePath: UInt64] {
        var revisions: [TreePath: UInt64] = [:]
        var cursor = TreeCursor(tree)
        repeat {
            cursor.withNode { node in
                guard node.subtreeRevision > node.createdRevision else { return }
                revisions[cursor.path] = node.subtreeRevision
            }
        } while cursor.advance()
        return revisions
    }

    /// The folders of Tests/Fixtures with the stream of the machine above, in hexadecimal, as
    /// versions 1 and 2 wrote it; version 3 is for states with a catalogue of stores, and
    /// 4 for states with leases.
    private static let golden = ["state-v1", "state-v2"]

    @Test(arguments: golden) func `a state of every version is read`(folder: String) throws {
        var loader = StateLoader()
        try loader.consume(try Self.bytes(in: folder))
        let restored = try loader.finish()
        restored.checkInvariants()
        #expect(restored.stateHash == 292_710_353_655_069_970_006_785_258_679_923_364_936)
        #expect(restored.history == SessionID(high: 1, low: 2))
        #expect(restored.revision == Revision(9))
        #expect(restored.time == 1_000)
    }

    @Test func `the present version is written byte for byte`() throws {
        #expect(Self.golden.count == StateHeader.version - 2)
        let whole = try bytes(of: try machine(), byteLimit: 80).flatMap(\.self)
        #expect(try Self.bytes(in: try #require(Self.golden.last)) == whole)
    }

    private static func bytes(in folder: String) throws -> [UInt8] {
        let file = ConformanceTraces.directory.deletingLastPathComponent()
            .appending(path: "\(folder)/state.txt")
        let digits = try String(contentsOf: file, encoding: .utf8).filter(\.isHexDigit)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(digits.dropFirst($0).prefix(2), radix: 16)
        }
    }
}
