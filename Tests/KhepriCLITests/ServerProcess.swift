import Foundation

/// `khepri serve` as a process.
final class ServerProcess {
    /// Where it serves, such as `http://127.0.0.1:40001`.
    let endpoint: String
    private let process = Process()

    /// The port in ``endpoint``.
    var port: String { String(endpoint.split(separator: ":").last ?? "") }

    /// The number of the process.
    var pid: Int32 { process.processIdentifier }

    /// Starts the program and waits for its line.
    convenience init(
        _ directory: String, http: String = "127.0.0.1:0", _ arguments: String...
    ) throws {
        try self.init(["serve", "-d", directory, "--http", http] + arguments)
    }

    /// Starts the program and waits for its line.
    ///
    /// - Parameter log: A file for what it says beside that.
    init(_ arguments: [String], log: String? = nil) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Program.executable)
        process.arguments = arguments
        process.standardOutput = output
        if let log {
            try Data().write(to: URL(fileURLWithPath: log))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        }
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty
            else { break }
            line += String(decoding: byte, as: UTF8.self)
        }
        guard line.hasPrefix("ready http") else {
            process.waitUntilExit()
            throw Failure(line: line, code: process.terminationStatus)
        }
        endpoint = String(line.dropFirst(6).dropLast())
    }

    struct Failure: Error {
        var line: String
        var code: Int32
    }

    /// Ends the process.
    ///
    /// - Returns: Its exit code.
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
