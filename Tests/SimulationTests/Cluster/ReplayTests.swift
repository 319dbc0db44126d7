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

    @Test func `a process that traps says which seeds it ran`() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.executable)
        process.arguments = ["--seeds", "100..1000000000", "--events", "100", "--jobs", "1"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // It says how far it is with every hundredth seed.
        let begun = try #require(try errors.fileHandleForReading.read(upToCount: 8))
        #expect(String(decoding: begun, as: UTF8.self) == "seed 100")
        kill(process.processIdentifier, SIGILL)
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(text.contains("a trap while these seeds ran: 1"))
    }
}
