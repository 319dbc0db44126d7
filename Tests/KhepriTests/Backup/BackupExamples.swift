import KhepriTree
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@testable import Khepri

/// Random writes that make trees with odd names, all kinds of payload and keep-while sets.
struct RandomWrites {
    var random: TestRandom
    private var paths: [TreePath] = [.root]

    init(seed: UInt64) {
        random = TestRandom(seed: seed)
    }

    mutating func next() throws -> TreeOperation {
        let path = random.element(paths)
        if random.oneIn(12), path != .root { return TreeOperation(.delete, at: TreePattern(path)) }
        var target = path
        if path.depth < 64, !random.oneIn(6) { target = path.child(try name()) }
        paths.append(target)
        var write = TreeOperation.Write(payload: try payload())
        if random.oneIn(5), target != .root {
            write.keepWhile = [.path(random.element(paths), .exists(true))]
        }
        return TreeOperation(.put(write), at: TreePattern(target))
    }

    private mutating func name() throws -> PathComponent {
        let odd = ["..", ".", "a/b", "%", "*", "\u{0}", "\u{E9}", "e\u{301}", "\u{10FFFF}"]
        let text = random.oneIn(3) ? random.element(odd) : "n\(random.below(30))"
        return try PathComponent(random.oneIn(40) ? String(repeating: "n", count: 255) : text)
    }

    private mutating func payload() throws -> Payload? {
        let texts = [
            "\(random.below(1_000))", "\(Double(random.below(100)) / 7)",
            #"{"$bytes":"/wA="}"#,
            "{\"a\":[1,\(random.below(5))],\"b\":[]}", "\"text \(random.below(9))\"", "null",
            "\"" + String(repeating: "x", count: random.below(300)) + "\"",
        ]
        return random.oneIn(6) ? nil : try Payload(json: random.element(texts))
    }
}

extension BackupSource {
    /// All bytes of the file.
    func allBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try next() { bytes += piece }
        return bytes
    }
}

extension SimulatedDisk {
    /// A disk that holds one file.
    static func holding(_ bytes: [UInt8], at path: String = "/backup") throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        let file = try disk.open(path, .create)
        var done = 0
        while done < bytes.count {
            done += try bytes[done...].withUnsafeBytes { try file.write($0, at: UInt64(done)) }
        }
        try file.close()
        return disk
    }
}

/// Opens what a backup was restored to, and compares it with the store that was backed up.
func expectSame(
    _ directory: String, as store: TreeStore, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let restored = try await TreeStore.open(at: directory)
    let all: TreePattern = "/**"
    #expect(
        try restored.view.nodes(matching: all, as: Payload.self)
            == store.view.nodes(matching: all, as: Payload.self), sourceLocation: sourceLocation)
    #expect(restored.stateHash == store.stateHash, sourceLocation: sourceLocation)
    try await restored.close()
}
