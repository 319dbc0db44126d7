import Foundation
import Testing

@Suite("Replays of simulated clusters")
struct ReplayTests {
    /// The program that was built beside these tests.
    private static var executable: String {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [tests, tests.deletingLastPathComponent()].map {
            $0.path + "/khepri-simulate"
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? ""
    }

    /// What a process prints of some runs, event for event.
    private static func trace(hashingDeterministically isFixed: Bool) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = ["--seeds", "1..4", "--events", "2000", "--jobs", "1", "--trace"]
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_DETERMINISTIC_HASHING"] = isFixed ? "1" : nil
        process.environment = environment
        let output = FileManager.default.temporaryDirectory
            .appendingPathComponent("khepri-replay-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        // The last line says how long it took.
        let text = try Data(contentsOf: output)
        return text.prefix(upTo: text.dropLast().lastIndex(of: UInt8(ascii: "\n")) ?? 0)
    }

    @Test func `the same seeds make the same trace in each process, however it hashes`() throws {
        let fixed = try Self.trace(hashingDeterministically: true)
        #expect(fixed.count > 100_000)
        for _ in 0..<2 {
            // Two processes have two hash seeds.
            #expect(try Self.trace(hashingDeterministically: false) == fixed)
        }
    }
}
