import ArgumentParser
import Foundation
import Khepri

/// A process that writes until it is killed: the victim of `quickstart` and of the crash tests.
///
/// Each task writes the numbers 1, 2, 3 … to nodes of its own and says each on the standard output
/// after the store has acknowledged it, never before.
struct WriterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writer",
        abstract: "Write until killed, saying each acknowledged write.")

    @Option(name: [.customLong("data-dir"), .customShort("d")])
    var dataDirectory: String

    @Option var under = "/writer"
    @Option var tasks = 8
    /// Distinguishes the runs over one store.
    @Option var run = 0

    func run() async throws {
        let parent = try Arguments.path(under)
        let round = run
        try await LocalOptions(directory: dataDirectory, name: "default").withStore(
            creating: true
        ) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<tasks {
                    group.addTask {
                        for number in 1... {
                            let path: TreePath = "\(parent)/run-\(round)/task-\(task)/\(number)"
                            try await store.put(number, at: path)
                            try StandardOutput.line("\(task) \(number)")
                            try StandardOutput.flush()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
