import Foundation
import Khepri
import RetainedMessages

/// A bridge in a process of its own; what a broker was told is on disk, so any signal may end it.
@main struct RetainedBridge {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 4, let port = Int(arguments[2]) else {
            print("usage: RetainedBridge HOST PORT DIRECTORY NAME", to: .standardError)
            exit(2)
        }
        let store = try await TreeStore.open(at: arguments[3])
        let bridge = Bridge(of: store, name: arguments[4]) { event in
            switch event {
            case .isLevel(let count): print("level, \(count) put back", to: .standardOutput)
            case .isRefused(let reason): print("not kept: \(reason)", to: .standardError)
            }
        }
        while true {
            do {
                try await bridge.run(host: arguments[1], port: port)
            } catch let error as StoreError {
                // The store says no: nothing that comes later would be kept.
                throw error
            } catch {
                print("not connected: \(error)", to: .standardError)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private static func print(_ line: String, to file: FileHandle) {
        file.write(Data((line + "\n").utf8))
    }
}
