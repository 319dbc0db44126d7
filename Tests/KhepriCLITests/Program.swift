import Foundation

/// The program `khepri` as a process.
enum Program {
    /// What a run of the program left.
    struct Run {
        var code: Int32
        var output: String
        var errors: String

        /// The lines of the output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// The program that was built beside these tests.
    static var executable: String {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [tests, tests.deletingLastPathComponent()].map { $0.path + "/khepri" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "khepri"
    }

    /// Runs the program to its end.
    static func run(_ arguments: String..., input: String = "") throws -> Run {
        try run(executable, arguments, input: Data(input.utf8))
    }

    /// Runs the program to its end.
    static func run(_ arguments: [String], input: Data = Data()) throws -> Run {
        try run(executable, arguments, input: input)
    }

    /// Runs a script of the shell in which `$K` is the program.
    static func shell(_ script: String, in directory: String? = nil) throws -> Run {
        let place = directory.map { "cd '\($0)'; " } ?? ""
        return try run("/bin/bash", ["-c", "K='\(executable)'; \(place)\(script)"], input: Data())
    }

    private static func run(_ program: String, _ arguments: [String], input: Data) throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        // Files and not pipes: whatever the program reads and writes, nothing waits for another.
        let names = ["in", "out", "err"].map {
            FileManager.default.temporaryDirectory
                .appendingPathComponent("khepri-run-\(UUID().uuidString)-\($0)")
        }
        defer { for name in names { try? FileManager.default.removeItem(at: name) } }
        try input.write(to: names[0])
        for name in names[1...] { try Data().write(to: name) }
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        process.standardOutput = try FileHandle(forWritingTo: names[1])
        process.standardError = try FileHandle(forWritingTo: names[2])
        try process.run()
        process.waitUntilExit()
        return Run(
            code: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
    }

    /// A directory that is there while `body` runs.
    static func withDirectory<Value>(
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("khepri-program-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }
}
