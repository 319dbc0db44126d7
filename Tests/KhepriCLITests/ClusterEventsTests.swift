import Foundation
import Testing

@testable import KhepriCLI

@Suite("khepri cluster events") struct ClusterEventsTests {
    @Test func `what happens to a member is told, also after it was started again`() async throws {
        try await Program.withDirectory { directory in
            var servers = [
                try ServerProcess([
                    "serve", "--name", "n1", "-d", directory + "/n1", "--http", "127.0.0.1:0",
                    "--peer", "127.0.0.1:0",
                ])
            ]
            let first = servers[0].endpoint
            try Data().write(to: URL(fileURLWithPath: directory + "/told"))
            let events = Task {
                let script = """
                    $K cluster events --endpoint \(first) > told & W=$!; \
                    until [ $(grep -c " status " told) = 2 ]; do sleep 0.1; done; kill $W
                    """
                return try Program.shell(script, in: directory)
            }
            try await Self.wait(for: " status leader=n1 isLeader=true", in: directory)
            servers.append(
                try ServerProcess([
                    "serve", "--name", "n2", "-d", directory + "/n2", "--http", "127.0.0.1:0",
                    "--peer", "127.0.0.1:0", "--join", first,
                ]))
            try await Self.wait(for: " membersChanged members=n1:voter,n2:voter", in: directory)
            #expect(servers[1].end(SIGKILL) == SIGKILL)
            try await Self.wait(for: " quorumLost", in: directory)
            let port = servers[0].port
            #expect(servers[0].end(SIGKILL) == SIGKILL)
            servers[0] = try ServerProcess([
                "serve", "--name", "n1", "-d", directory + "/n1", "--http", "127.0.0.1:\(port)",
                "--peer", "127.0.0.1:0",
            ])
            let run = try await events.value
            #expect(run.errors.contains("was lost; connecting again"), "\(run.errors)")
            #expect(servers[0].end(SIGKILL) == SIGKILL)
        }
    }

    /// Waits until a line is told.
    private static func wait(for text: String, in directory: String) async throws {
        var told = ""
        for _ in 0..<1_000 {
            told = try String(contentsOfFile: directory + "/told", encoding: .utf8)
            if told.contains(text) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("expected \(text), found \(told)")
    }

    @Test func `lines of JSON are those of the server`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let run = try Program.run(
                "cluster", "events", "--endpoint", server.endpoint, "--limit", "1", "--jsonl")
            #expect(
                run.output
                    == #"{"event":"status","leader":"member 1","isLeader":true,"term":2}"# + "\n")
            #expect(server.end() == 0)
        }
    }
}
