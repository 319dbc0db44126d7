import Khepri
import RaftStorage
import SimulationKit
import Testing

@Suite("Missing, cut and doubled files of a store")
struct MissingFileTests {
    private func expectRefusal(
        _ outcome: ExampleStore.Outcome, _ codes: StoreError.Code..., naming name: String,
        location: SourceLocation = #_sourceLocation
    ) {
        guard case .refused(let error) = outcome else {
            Issue.record("\(outcome)", sourceLocation: location)
            return
        }
        #expect(codes.contains(error.code), "\(error)", sourceLocation: location)
        #expect(error.message.contains(name), "\(error)", sourceLocation: location)
        #expect(!error.mayHaveBeenApplied, sourceLocation: location)
    }

    private func expectIdentical(
        _ outcome: ExampleStore.Outcome, location: SourceLocation = #_sourceLocation
    ) {
        guard case .identical = outcome else {
            Issue.record("\(outcome)", sourceLocation: location)
            return
        }
    }

    @Test func `a snapshot without a log is refused`() throws {
        let example = try ExampleStore(isClosed: true)
        let outcome = try example.open { disk in
            for path in disk.paths where path.contains("/log/") { try disk.remove(path) }
        }
        expectRefusal(outcome, .cannotOpen, naming: "/store/log")
    }

    @Test func `a log without its snapshots is refused`() throws {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000)
        let outcome = try example.open { disk in
            for path in example.snapshots { try disk.remove(path) }
        }
        expectRefusal(outcome, .corrupt, naming: example.snapshots[1])
    }

    @Test func `a missing snapshot of two hurts nothing, and is reported`() throws {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000)
        let outcome = try example.open { try $0.remove(example.snapshots[1]) }
        guard case .identical(let reports) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reports.contains { $0.contains(example.snapshots[1]) })
        expectIdentical(try example.open { try $0.remove(example.snapshots[0]) })
    }

    @Test func `a missing file of the log is refused, whichever it is`() throws {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000, takesSnapshots: false)
        #expect(example.segments.count > 4)
        for path in example.segments {
            let outcome = try example.open { try $0.remove(path) }
            expectRefusal(outcome, .corrupt, naming: "/store/log")
        }
    }

    @Test func `a missing file of the log is refused, or a snapshot has all that was in it`() throws
    {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000)
        let newest = try #require(example.segments.last)
        for path in example.segments {
            let outcome = try example.open { try $0.remove(path) }
            if case .identical = outcome, path != newest { continue }
            expectRefusal(outcome, .corrupt, naming: "/store/log")
        }
    }

    @Test func `data without an identity are refused`() throws {
        let example = try ExampleStore(isClosed: true)
        let outcome = try example.open { try $0.remove("/store/identity") }
        expectRefusal(outcome, .cannotOpen, naming: "identity")
    }

    @Test func `a log file that is cut, or longer than it was, is refused`() throws {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000)
        for path in example.segments {
            let size = example.disk.contents(of: path).count
            for length in [0, 1, 100, 4095, 4096, 5000, 8192, size - 512, size - 1] {
                let outcome = try example.open { disk in
                    disk.change(path) { $0.removeLast(size - length) }
                }
                expectRefusal(outcome, .corrupt, naming: path)
            }
            let outcome = try example.open { disk in
                disk.change(path) { $0 += [UInt8](repeating: 0, count: 4096) }
            }
            expectRefusal(outcome, .corrupt, naming: path)
        }
    }

    @Test func `a snapshot that is cut makes the one before it count`() throws {
        let example = try ExampleStore(isClosed: true)
        let path = example.snapshots[1]
        let size = example.disk.contents(of: path).count
        for length in stride(from: 0, to: size, by: 5) {
            expectIdentical(
                try example.open { disk in
                    disk.change(path) { $0.removeLast(size - length) }
                })
        }
    }

    @Test func `a log file under another number is refused`() throws {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000)
        let newest = try #require(example.segments.last)
        for path in example.segments {
            let bytes = example.disk.contents(of: path)
            let next = "/store/log/" + Self.name(after: newest)
            expectRefusal(
                try example.open { try $0.add(next, bytes) }, .corrupt, naming: next)
            guard path != newest else { continue }
            let outcome = try example.open { $0.replaceContents(of: newest, with: bytes) }
            expectRefusal(outcome, .corrupt, naming: newest)
        }
    }

    @Test func `copies under foreign names hurt nothing`() throws {
        let example = try ExampleStore(isClosed: true)
        for path in example.segments + example.snapshots {
            let bytes = example.disk.contents(of: path)
            for name in [path + ".bak", path + " (1)", path.replacing(".", with: "-copy.")] {
                expectIdentical(try example.open { try $0.add(name, bytes) })
            }
        }
        let older = example.disk.contents(of: example.snapshots[0])
        let outcome = try example.open { disk in
            disk.replaceContents(of: example.snapshots[1], with: older)
        }
        expectIdentical(outcome)
    }

    /// The name of the log file that would follow.
    private static func name(after path: String) -> String {
        let digits = path.suffix(20).prefix(16)
        let number = String((UInt64(digits, radix: 16) ?? 0) + 1, radix: 16)
        return "wal-" + String(repeating: "0", count: 16 - number.count) + number + ".log"
    }
}
