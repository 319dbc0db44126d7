import CBOR
import Foundation
import Khepri
import KhepriTree

/// The tree alone, without a log: what a node costs in time and memory in trees of three shapes.
enum TreeBench {
    /// A shape of a tree; every node but the inner ones has 100 bytes.
    enum Shape: String, CaseIterable, Codable, Sendable {
        /// A thousand nodes to a directory.
        case directories
        /// All nodes in one directory.
        case flat
        /// Nodes below each other, 60 to a chain.
        case chains

        func path(_ number: Int) -> TreePath {
            switch self {
            case .directories: "/data/\("d\(number / 1_000)")/\("n\(number % 1_000)")"
            case .flat: "/data/\("n\(number)")"
            case .chains:
                TreePath(
                    components: ["data", Self.name(number / 60)] + Self.links[0..<number % 60])
            }
        }

        private static let links: [PathComponent] = (0..<60).map { _ in "next" }

        private static func name(_ number: Int) -> PathComponent {
            let path: TreePath = "/\("c\(number)")"
            return path.components[0]
        }
    }

    /// What one process found.
    struct Report: Codable {
        var putSeconds: Double
        var getSeconds: Double
        var saveSeconds: Double
        var loadSeconds: Double
        var releaseSeconds: Double
        /// The growth of the resident set by the tree as it grew, and as it was loaded.
        var grownBytes: Int
        var loadedBytes: Int
        var snapshotBytes: Int
    }

    static func measure(_ shape: Shape, nodes: Int) throws -> Report {
        let start = ProcessMemory.residentBytes
        var machine = TreeMachine(history: SessionID(high: 1, low: 1))
        let putSeconds = try seconds { try fill(&machine, shape, nodes) }
        let grownBytes = ProcessMemory.residentBytes - start
        let getSeconds = try seconds {
            for number in 0..<nodes {
                let found = machine.tree.withNode(at: shape.path(number)) { $0 != nil }
                guard found else { throw ProgramExit(.fault, "a node of \(shape) is missing") }
            }
        }
        var blocks: [[UInt8]] = []
        let saveSeconds = try seconds {
            let snapshot = machine.makeSnapshot()
            while let block = try snapshot.next(byteLimit: 1 << 20) { blocks.append(block) }
        }
        let hash = machine.stateHash
        let releaseSeconds = seconds { machine = TreeMachine(history: machine.history) }
        FreedMemory.giveBack()
        let empty = ProcessMemory.residentBytes
        let loadSeconds = try seconds {
            var loader = StateLoader()
            for block in blocks { try loader.consume(block) }
            machine = try loader.finish()
        }
        guard machine.stateHash == hash else {
            throw ProgramExit(.fault, "a tree of \(shape) is another one after loading")
        }
        return Report(
            putSeconds: putSeconds, getSeconds: getSeconds, saveSeconds: saveSeconds,
            loadSeconds: loadSeconds, releaseSeconds: releaseSeconds, grownBytes: grownBytes,
            loadedBytes: ProcessMemory.residentBytes - empty,
            snapshotBytes: blocks.reduce(0) { $0 + $1.count })
    }

    private static func fill(_ machine: inout TreeMachine, _ shape: Shape, _ nodes: Int) throws {
        let value = [UInt8](repeating: 0x5A, count: 98)
        for number in 0..<nodes {
            let write = TreeOperation.Write(payload: try Payload(.bytes(value)))
            let command = TreeCommand(
                TreeOperation(.put(write), at: TreePattern(shape.path(number))))
            let context = ApplyContext(revision: Revision(UInt64(number + 1)), time: 1)
            _ = machine.apply(command, in: context, wantsNodes: false)
        }
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start).inSeconds
    }

    /// Runs each shape in a process of its own and gives its rows.
    static func rows(nodes: Int) throws -> [BenchRow] {
        try Shape.allCases.flatMap { shape in
            let report: Report = try BenchProcess.run(
                "tree", ["--nodes", "\(nodes)", "--shape", shape.rawValue])
            func row(_ verb: String, _ seconds: Double, bytes: Int? = nil) -> BenchRow {
                var row = BenchRow(
                    "tree-\(verb)-\(shape.rawValue)", "tree alone, \(verb), \(shape.rawValue)",
                    operations: nodes, seconds: seconds)
                row.bytesPerNode = bytes.map { $0 / nodes }
                return row
            }
            return [
                row("put", report.putSeconds, bytes: report.grownBytes),
                row("find", report.getSeconds),
                row("save", report.saveSeconds, bytes: report.snapshotBytes),
                row("load", report.loadSeconds, bytes: report.loadedBytes),
                row("release", report.releaseSeconds),
            ]
        }
    }
}
