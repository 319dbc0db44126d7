import ArgumentParser
import Foundation
import Khepri
import KhepriTree

struct QuickstartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "Show the whole of it: load a directory, query, write, kill, recover, prove.",
        discussion: """
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
        guard kills >= 1 else { throw ValidationError("expected --kills of at least 1") }
    }

    func run() async throws {
        guard FileKind(at: directory) == .directory else {
            throw ProgramExit(.usage, "there is no directory \(directory)")
        }
        let place = try keepIn ?? Self.makeTemporaryDirectory()
        if keepIn != nil, FileKind(at: place) != .missing {
            throw ProgramExit(.refused, "\(place) exists: expected a new directory")
        }
        defer { if keepIn == nil { try? FileManager.default.removeItem(atPath: place) } }
        print("A new store in \(place)")
        var tour = try await Tour(place: place, source: directory)
        try await tour.load()
        try await tour.show()
        try await tour.query()
        try await tour.write()
        try await tour.close()
        for number in 1...kills { try await CrashRound(place: place, number: number).run() }
        print("\nAll of it held.")
    }

    private static func makeTemporaryDirectory() throws -> String {
        let base = FileManager.default.temporaryDirectory
        return base.appendingPathComponent("khepri-quickstart-\(UUID().uuidString)").path
    }
}

/// The part of the quickstart with one process.
private struct Tour {
    let store: TreeStore
    let source: String
    let root: TreePath

    init(place: String, source: String) async throws {
        store = try await TreeStore.open(at: place)
        self.source = source
        root = try TreePath(TreePath(URL(fileURLWithPath: source).standardized.path).components)
    }

    mutating func load() async throws {
        let start = ContinuousClock.now
        var writes = OrderedWrites(store)
        var reader = DirectoryReader(
            root: source, target: root, valueBytesMaximum: store.valueBytesMaximum)
        try await reader.read { try await writes.add($0) }
        try await writes.finish()
        let statistics = store.statistics
        print(
            "\nLoaded \(source): \(statistics.nodeCount) nodes, \(statistics.payloadBytes) bytes,")
        print(
            "durable after \(ContinuousClock.now - start); passed over \(reader.skipped.count) entries"
        )
    }

    func show() async throws {
        print("\nThe tree, two levels deep:")
        let drawing = TreeDrawing(view: store.view, depth: 2, children: 8, values: false)
        try drawing.draw(root) { print("  " + $0) }
    }

    func query() async throws {
        print("\nQueries with patterns:")
        for (text, pattern) in try patterns() {
            print("  \(text): \(try await store.count(matching: pattern)) nodes")
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
        print("\nA guarded update:")
        let path: TreePath = "/visits"
        try await store.put(1, at: path)
        guard let node = try await store.node(at: path, as: Int.self), let visits = node.value
        else {
            throw ProgramExit(.fault, "the node just written is not there")
        }
        try await store.put(visits + 1, at: path, if: .payloadVersion(node.payloadVersion))
        print("  /visits is \(visits + 1)")
        do {
            try await store.put(99, at: path, if: .payloadVersion(node.payloadVersion))
            throw ProgramExit(.fault, "a write with an old version was taken")
        } catch StoreError.Code.conditionFailed {
            print("  a write that expected the old version is refused")
        }
        let revision = try await store.batch { batch in
            try batch.put(["item": "oak"], at: "/orders/1")
            try batch.put(149, at: "/stock/oak")
        }
        print("A batch of two writes: revision \(revision.rawValue)")
    }

    func close() async throws {
        try await store.close()
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
        let store = try await TreeStore.open(at: place)
        let opened = ContinuousClock.now - start
        let (acknowledged, extra) = try writer.verify(in: store, under: parent, run: number)
        try await store.close()
        print(
            """

            Kill \(number): SIGKILL in mid-write; opened again in \(opened).
              \(acknowledged) acknowledged writes, \(acknowledged) of them there; \
            \(extra) more were durable but not yet said
            """)
    }
}
