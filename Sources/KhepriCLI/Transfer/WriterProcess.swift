import Foundation
import Khepri
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Runs `khepri writer` as a process of its own, kills it, and checks what it was told.
final class WriterProcess: Sendable {
    private let process = Mutex<Process?>(nil)
    private let acknowledged = Mutex(Acknowledged())

    private struct Acknowledged {
        /// The highest number each task has said.
        var highest: [Int: Int] = [:]
        var count = 0
    }

    /// How many writes the process has said are durable.
    var count: Int { acknowledged.withLock { $0.count } }

    /// Whether the process is still alive.
    var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// Starts the writer on a store.
    init(executable: String, dataDirectory: String, under: TreePath, run: Int, tasks: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = [
            "writer", "--data-dir", dataDirectory, "--under", under.description,
            "--run", "\(run)", "--tasks", "\(tasks)",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        self.process.withLock { $0 = process }
        let lines = LineBuffer()
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            for line in lines.add(data) { self?.note(line) }
        }
    }

    private func note(_ line: String) {
        let words = line.split(separator: " ").compactMap { Int($0) }
        acknowledged.withLock { state in
            guard words.count == 2 else { return }
            state.highest[words[0]] = max(words[1], state.highest[words[0]] ?? 0)
            state.count += 1
        }
    }

    /// Kills the process in the middle of whatever it does, and takes what it still had said.
    func kill() async throws {
        let process = process.withLock { $0 }
        guard let process else { return }
        guard process.isRunning else {
            throw ProgramExit(
                .fault, "the writer ended by itself with \(process.terminationStatus)")
        }
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        // What it wrote to the pipe before its end is still to be read.
        var before = -1
        while before != count {
            before = count
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Checks that every write the process had said is in the store, and nothing is half there.
    ///
    /// - Returns: how many writes were acknowledged, and how many more the store holds.
    func verify(in store: TreeStore, under: TreePath, run: Int) throws -> (Int, extra: Int) {
        let highest = acknowledged.withLock { $0.highest }
        let view = store.view
        var acknowledgedCount = 0
        for (task, last) in highest.sorted(by: { $0.key < $1.key }) {
            for number in 1...last {
                let path: TreePath = "\(under)/run-\(run)/task-\(task)/\(number)"
                guard try view.get(path, as: Int.self) == number else {
                    throw ProgramExit(.fault, "the acknowledged write to \(path) is lost")
                }
                acknowledgedCount += 1
            }
        }
        let pattern: TreePattern = "\(under)/run-\(run)/*/*"
        return (acknowledgedCount, view.count(matching: pattern) - acknowledgedCount)
    }
}

/// Cuts bytes into lines; touched by the reading queue of one pipe only.
private final class LineBuffer: Sendable {
    private let rest = Mutex<[UInt8]>([])

    func add(_ data: Data) -> [String] {
        rest.withLock { rest in
            rest.append(contentsOf: data)
            guard let end = rest.lastIndex(of: 10) else { return [] }
            let lines = rest[..<end].split(separator: 10).map {
                String(decoding: $0, as: UTF8.self)
            }
            rest.removeSubrange(...end)
            return lines
        }
    }
}
