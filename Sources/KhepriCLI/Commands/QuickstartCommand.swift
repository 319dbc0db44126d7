import ArgumentParser
import Foundation
import Khepri
import KhepriTree
import RaftRuntime

struct QuickstartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "Show the whole of it: load a directory, query, write, kill, recover, prove.",
        discussion: """
            Ends with 0 only if every acknowledged write was there after every kill.

            EXAMPLES
              khepri quickstart
              khepri quickstart /usr/share/doc --kills 10
            """)

    @Argument(help: "The directory to load.")
    var directory = "/etc"

    @Option(help: "Keep the store in this new directory; by default it is removed at the end.")
    var keepIn: String?

    @Option(help: "How often the writer process is killed.")
    var kills = 3

    func validate() throws {
        try Arguments.expect("--kills", atLeast: 1, found: kills)
    }

    func run() async throws {
        guard FileKind(at: directory) == .directory else {
            throw ProgramExit(.usage, "there is no directory \(directory)")
        }
        let place = keepIn ?? Self.temporaryDirectory()
        if FileKind(at: place) != .missing {
            throw ProgramExit(.refused, "\(place) exists: expected a new directory")
        }
        defer { if keepIn == nil { try? FileManager.default.removeItem(atPath: place) } }
        try say("A new store in \(place)")
        let store = try await TreeStore.open(
            at: place, configuration: Diagnostics.configuration)
        let tour = try Tour(store: store, source: directory)
        do {
            try await tour.load()
            try await tour.show()
            try tour.query()
            try await tour.write()
            try await store.close()
        } catch {
            try? await store.close()
            throw error
        }
        for number in 1...kills { try await CrashRound(place: place, number: number).run() }
        try say("\nAll of it held.")
    }

    private static func temporaryDirectory() -> String {
        let base = FileManager.default.temporaryDirectory
        return base.appendingPathComponent("khepri-quickstart-\(UUID().uuidString)").path
    }
}

/// Prints a line at once: the reader is to see each step when it is done.
private func say(_ text: String) throws {
    try StandardOutput.line(text)
    try StandardOutput.flush()
}

/// The part of the quickstart with one process.
private struct Tour {
    let store: TreeStore
    let source: String
    let root: TreePath

    init(store: TreeStore, source: String) throws {
        self.store = store
        self.source = source
        let names = URL(fileURLWithPath: source).standardized.path.split(separator: "/")
        root = try TreePath(names.map { try PathComponent($0) })
    }

    func load() async throws {
        let start = ContinuousClock.now
        var writes = OrderedWrites(LocalStore(store))
        var reader = DirectoryReader(
            root: source, target: root, valueBytesMaximum: store.valueBytesMaximum)
        try await reader.read { try await writes.add($0) }
        try await writes.finish()
        let time = Figure.seconds((ContinuousClock.now - start).inSeconds)
        let statistics = store.statistics
        try say(
            "\nLoaded \(source): \(Counted(statistics.nodeCount - 1, "node")), "
                + "\(Counted(statistics.payloadBytes, "byte")), durable after \(time)")
        let reasons = Dictionary(grouping: reader.skipped, by: \.reason)
        for (reason, skipped) in reasons.sorted(by: { $0.key < $1.key }) {
            try say("  skipped \(skipped.count): \(reason), such as \(skipped[0].place)")
        }
    }

    func show() async throws {
        try say("\nThe tree, two levels deep:")
        let place = LocalStore(store)
        guard let top = try await place.node(at: root) else { return }
        let drawing = TreeDrawing(store: place, depth: 2, children: 8, values: false)
        try await drawing.draw(top) { try say("  " + $0) }
    }

    func query() throws {
        try say("\nQueries with patterns:")
        for (text, pattern) in try patterns() {
            try say("  \(text): \(Counted(store.view.count(matching: pattern), "node"))")
        }
    }

    private func patterns() throws -> [(String, TreePattern)] {
        let base = TreePattern(root)
        return [
            ("everything below, **", base.child(where: .anyPath)),
            (
                "*.conf at any depth",
                base.child(where: .pathMatches(try NamePattern(glob: "*.conf")))
            ),
            ("without a payload", base.child(where: .anyPath && .hasPayload(false))),
            (
                "with more than 20 children",
                base.child(where: .anyPath && .number(.childCount, .gt, 20))
            ),
        ]
    }

    func write() async throws {
        try say("\nA guarded update:")
        let path: TreePath = "/visits"
        try await store.put(1, at: path)
        guard let node = try await store.node(at: path, as: Int.self), let visits = node.value
        else {
            throw ProgramExit(.fault, "the node just written is not there")
        }
        try await store.put(visits + 1, at: path, if: .payloadVersion(node.payloadVersion))
        try say("  /visits is \(visits + 1)")
        do {
            try await store.put(99, at: path, if: .payloadVersion(node.payloadVersion))
            throw ProgramExit(.fault, "a write with an old version was taken")
        } catch StoreError.Code.conditionFailed {
            try say("  a write that expected the old version is refused")
        }
        let revision = try await store.batch { batch in
            try batch.put(["item": "oak"], at: "/orders/1")
            try batch.put(149, at: "/stock/oak")
        }
        try say("\nA batch of two writes: both at revision \(revision.rawValue)")
    }
}

/// One life and death of a writer process.
private struct CrashRound {
    let place: String
    let number: Int

    func run() async throws {
        let parent: TreePath = "/writer"
        let writer = try WriterProcess(
            executable: ProcessMemory.executable, dataDirectory: place, under: parent, run: number,
            tasks: 8)
        while writer.isRunning && writer.count < 500 { try await Task.sleep(for: .milliseconds(5)) }
        try await writer.kill()
        let start = ContinuousClock.now
        let store = try await TreeStore.open(
            at: place, configuration: Diagnostics.configuration)
        let opened = Figure.seconds((ContinuousClock.now - start).inSeconds)
        let (acknowledged, extra) = try writer.verify(in: store, under: parent, run: number)
        try await store.close()
        try say(
            """

            Kill \(number): SIGKILL in mid-write; opened again in \(opened)
              \(Counted(acknowledged, "acknowledged write")), all of them there; \
            \(extra) more \(extra == 1 ? "was" : "were") durable but not yet said
            """)
    }
}
