import Khepri
import Testing

@Suite("khepri triggers") struct TriggersCommandTests {
    private struct Broken: Error {}

    /// Makes a store whose trigger has parked two changes.
    private static func prepare(_ directory: String) async throws -> [UInt64] {
        let store = try await TreeStore.open(at: directory)
        try await store.register(
            Trigger("welcome", matching: "/users/*", attempts: .init(maximum: 1)) { _ in
                throw Broken()
            })
        var revisions: [UInt64] = []
        for name in ["ann", "bob"] {
            let path: TreePath = "/users/\(name)"
            revisions.append(try await store.put(name, at: path).revision.rawValue)
        }
        var changes = store.changes(matching: "/.khepri/triggers/welcome/*").makeAsyncIterator()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.runTriggers() }
            for _ in revisions { _ = try await changes.next() }
            group.cancelAll()
            try await group.waitForAll()
        }
        try await store.close()
        return revisions
    }

    private static func check(
        _ place: String, _ revisions: [UInt64], in directory: String
    ) throws {
        let (ann, bob) = ("\(revisions[0])-0", "\(revisions[1])-0")
        let run = try Program.shell(
            """
            P='\(place)'; $K triggers $P; $K triggers retry $P welcome \(ann); echo $?
            $K triggers list $P; $K triggers discard $P welcome \(bob); echo $?
            $K triggers discard $P welcome \(bob); echo $?
            $K triggers retry $P welcome x; echo $?; $K triggers retry $P wel/come 1-0; echo $?
            $K triggers $P --format table; $K triggers $P --format jsonl
            $K triggers remove $P welcome; echo $?; $K triggers remove $P welcome --yes; echo $?
            $K triggers remove $P welcome --yes; echo $?
            $K triggers $P; $K triggers $P --format json
            """, in: directory)
        let lines = run.lines
        #expect(lines.count == 21, "\(run.output)\n\(run.errors)")
        guard lines.count == 21 else { return }
        #expect(lines[0] == "NAME     PATTERN   PRIORITY  HANDLED  LAG  PARKED  CHANGES")
        #expect(lines[1].hasPrefix("welcome  /users/*         0 "))
        #expect(lines[1].hasSuffix("  0       2  created,deleted,updated"))
        #expect(
            lines[2] == "welcome parked \(ann): created /users/ann, failures 1: Broken()")
        #expect(
            lines[3] == "welcome parked \(bob): created /users/bob, failures 1: Broken()")
        #expect(lines[4] == "0")
        #expect(lines[7].contains("failures 1, due again: Broken()"))
        #expect(Array(lines[9...12]) == ["0", "1", "2", "2"])
        #expect(lines[14].hasSuffix("  0       1  created,deleted,updated"))
        #expect(lines[15].hasPrefix(#"{"name":"welcome","pattern":"/users/*","changes":["#))
        #expect(Array(lines[16...18]) == ["4", "0", "1"])
        #expect(Array(lines[19...]) == ["no triggers", "[]"])
    }

    @Test func `triggers of a directory are shown, and what is parked is dealt with`()
        async throws
    {
        try await Program.withDirectory { directory in
            let revisions = try await Self.prepare(directory + "/s")
            try Self.check("-d s", revisions, in: directory)
        }
    }

    @Test func `triggers of a server are shown, and what is parked is dealt with`() async throws {
        try await Program.withDirectory { directory in
            let revisions = try await Self.prepare(directory + "/s")
            let server = try ServerProcess(
                ["serve", "-d", directory + "/s", "--http", "127.0.0.1:0"])
            try Self.check("--endpoint \(server.endpoint)", revisions, in: directory)
            #expect(server.end() == 0)
        }
    }
}
