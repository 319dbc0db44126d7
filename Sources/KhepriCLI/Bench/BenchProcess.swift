import Foundation

/// Runs a part of the benchmark in a process of its own, so that its memory is its own.
enum BenchProcess {
    /// Runs a phase and reads the report it prints.
    static func run<Output: Decodable>(_ phase: String, _ options: [String]) throws -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProcessMemory.executable)
        process.arguments = ["bench", "--phase", phase] + options
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ProgramExit(.fault, "the phase \(phase) ended with an error")
        }
        return try JSONDecoder().decode(Output.self, from: data)
    }
}
