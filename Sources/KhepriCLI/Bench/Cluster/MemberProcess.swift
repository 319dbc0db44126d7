import Foundation
import Khepri
import KhepriCluster

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A member of the measured cluster in a process of its own.
///
/// The two talk in lines: the process is told the cluster's invitation, says who it is, and says
/// `level` once it has everything that was written before.
final class MemberProcess {
    /// What a process is told.
    struct Instructions: Codable {
        var name: String
        var directory: String
        /// Nil for a member that is one already.
        var invitation: Cluster.Invitation?
        var peerAddress: String
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var rest: [UInt8] = []

    /// Starts the process; it answers with ``nextLine()``.
    init(_ instructions: Instructions) throws {
        process.executableURL = URL(fileURLWithPath: ProcessMemory.executable)
        process.arguments = ["bench", "--phase", "member"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = try JSONEncoder().encode(instructions) + Data("\n".utf8)
        try input.fileHandleForWriting.write(contentsOf: line)
    }

    /// Waits for the next line.
    func nextLine() throws -> String {
        while true {
            if let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest.removeSubrange(...end)
                return line
            }
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw ProgramExit(.fault, "a member's process ended") }
            rest += data
        }
    }

    /// How much of a processor the process has used, in seconds.
    func processorSeconds() throws -> Double {
        #if os(Linux)
        let path = "/proc/\(process.processIdentifier)/stat"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        // The 14th and 15th field of the file, counted after the name.
        let ticks = (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
        #else
        return 0
        #endif
    }

    /// Kills the process.
    func kill() {
        guard process.isRunning else { return }
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What such a process does: opens its member, and stays until its input ends.
    static func run() async throws {
        guard let line = readLine(), let data = line.data(using: .utf8) else { return }
        let instructions = try JSONDecoder().decode(Instructions.self, from: data)
        let store = try await TreeStore.open(
            at: instructions.directory, configuration: ClusterBench.configuration,
            cluster: ClusterConfiguration(
                name: instructions.name, listen: instructions.peerAddress,
                invitation: instructions.invitation))
        let request = try JSONEncoder().encode(store.cluster.joinRequest)
        try StandardOutput.line(String(decoding: request, as: UTF8.self))
        try StandardOutput.flush()
        while true {
            do {
                try await store.catchUp(to: .linearizable, timeout: .seconds(60))
                break
            } catch let error as StoreError where error.code == .noQuorum {
                continue
            }
        }
        try StandardOutput.line("level")
        try StandardOutput.flush()
        while readLine() != nil {}
        try await store.close()
    }
}
