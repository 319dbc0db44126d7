import Foundation
import LockService
import Raft

/// One member in a process of its own: it reads a command a line, and prints an answer a line.
@main struct LockMember {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 3, let path = arguments.first, let listen = arguments.last,
            let node = UInt64(arguments[2])
        else {
            print("usage: LockMember DIRECTORY NUMBER HOST:PORT", to: .standardError)
            exit(2)
        }
        let host = try await LockHost(
            at: path, node: node, transport: SocketTransport(listen: listen))
        print("\(host.host.peer)", to: .standardOutput)
        var conversation = Conversation(host)
        while let line = readLine() {
            print(await conversation.answer(line), to: .standardOutput)
        }
        try await host.host.close()
    }

    private static func print(_ line: String, to file: FileHandle) {
        file.write(Data((line + "\n").utf8))
    }
}
