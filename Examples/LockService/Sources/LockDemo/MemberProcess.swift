import Foundation
import Raft

/// A member in a process of its own, and the way to talk to it.
final class MemberProcess {
    /// Who the member is, and where it listens.
    let peer: RaftPeer
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread = Data()

    /// Starts a member.
    ///
    /// - Parameter former: The one whose directory it opens, to take its place under its address.
    init(in directory: URL, number: Int, after former: MemberProcess? = nil) throws {
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("LockMember")
        process.arguments = [
            directory.appendingPathComponent("member\(number)").path, "\(number)",
            former?.peer.address ?? "127.0.0.1:0",
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        guard let line = Self.line(from: output.fileHandleForReading, &unread),
            let peer = RaftPeer(line)
        else { throw DemoError("member \(number) did not start") }
        self.peer = peer
    }

    /// Gives a command and waits for the answer.
    func ask(_ command: String) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
        guard let line = Self.line(from: output.fileHandleForReading, &unread) else {
            throw DemoError("a member is gone")
        }
        return line
    }

    /// Ends the process at once, as a power cut would.
    func kill() {
        #if canImport(Darwin)
        Darwin.kill(process.processIdentifier, SIGKILL)
        #else
        Glibc.kill(process.processIdentifier, SIGKILL)
        #endif
        process.waitUntilExit()
    }

    /// Has the process close its directory and end.
    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static func line(from file: FileHandle, _ unread: inout Data) -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[(end + 1)...]) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let more = file.availableData
            guard !more.isEmpty else { return nil }
            unread += more
        }
    }
}

/// Why the demonstration cannot go on.
struct DemoError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
