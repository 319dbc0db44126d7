import Foundation

/// The program `khepri` as a process.
enum Program {
    /// What a run of the program left.
    struct Run {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The program that was built beside these tests.
    static var executable: String {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [tests, tests.deletingLastPathComponent()].map { $0.path + "/khepri" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "khepri"
    }

    /// Runs the program to its end.
    static func run(_ arguments: String..., input: String = "") throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let problem = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(
            code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: problem, as: UTF8.self))
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
