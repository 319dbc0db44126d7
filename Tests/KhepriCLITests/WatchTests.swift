import Foundation
import Testing

@testable import KhepriCLI

@Suite("khepri watch") struct WatchTests {
    @Test func `changes are printed as they are made, for people and for programs`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let script = """
                E=\(server.endpoint); $K put --endpoint $E /stock/oak 1; \
                $K watch --endpoint $E '/stock/*' --since current --limit 4 > people & P=$!; \
                $K watch --endpoint $E '/stock/*' --since current --limit 4 --jsonl > lines & L=$!; \
                until [ -s people ] && [ -s lines ]; do sleep 0.05; done; \
                $K put --endpoint $E /stock/oak '{"a": [1]}'; $K put --endpoint $E /other 1; \
                $K put --endpoint $E /stock/ash --no-payload; $K delete --endpoint $E /stock/oak; \
                wait $P && wait $L && echo ended
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.output == "ended\n", "\(run.errors)")
            let read = { (name: String) in
                try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
                    .split(separator: "\n").map { $0.replacing(#/\b\d+ (?=[a-z])/#, with: "") }
            }
            #expect(
                try read("people") == [
                    "present /stock/oak = 1", "updated /stock/oak = {\"a\":[1]}",
                    "created /stock/ash", "deleted /stock/oak",
                ])
            let lines = try read("lines")
            #expect(lines.count == 4)
            #expect(lines[1].contains(#""change":"updated","value":{"a":[1]},"oldValue":1"#))
            #expect(server.end() == 0)
        }
    }

    @Test func `a command is run for each change, and its failure is noted`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let script = """
                E=\(server.endpoint); $K put --endpoint $E /a 1; $K put --endpoint $E /b 2; \
                $K watch --endpoint $E --since current --limit 2 \
                --exec 'cat >> told; echo $KHEPRI_CHANGE $KHEPRI_PATH >> told; [ $KHEPRI_PATH = /a ]'
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.code == 0)
            #expect(run.errors == "khepri: the command ended with 1 for /b\n")
            let told = try String(contentsOfFile: directory + "/told", encoding: .utf8)
            #expect(told.split(separator: "\n").count == 4)
            #expect(told.hasSuffix("present /b\n"))
            #expect(server.end() == 0)
        }
    }

    @Test func `a server that is started again is followed without a gap`() async throws {
        try await Program.withDirectory { directory in
            var server = try ServerProcess(directory + "/s")
            let port = server.port
            try Data().write(to: URL(fileURLWithPath: directory + "/told"))
            let watch = Task {
                let script = """
                    $K watch --endpoint http://127.0.0.1:\(port) '/n/*' > told & W=$!; \
                    until grep -q fourth told; do sleep 0.1; done; kill $W
                    """
                return try Program.shell(script, in: directory)
            }
            let put = { (path: String) in
                try Program.run("put", "--endpoint", "http://127.0.0.1:\(port)", path, "1")
            }
            var told = ""
            while told.isEmpty {
                // Until the watch is there, nobody hears of this.
                _ = try put("/n/first-\(UUID().uuidString)")
                told = try String(contentsOfFile: directory + "/told", encoding: .utf8)
            }
            #expect(server.end(SIGKILL) != 0)
            server = try ServerProcess(directory + "/s", http: "127.0.0.1:\(port)")
            for path in ["/n/second", "/n/third", "/n/fourth"] { _ = try put(path) }
            let run = try await watch.value
            told = try String(contentsOfFile: directory + "/told", encoding: .utf8)
            let ends = told.split(separator: "\n").suffix(3).map { $0.split(separator: "/").last }
            #expect(ends == ["second = 1", "third = 1", "fourth = 1"])
            #expect(run.errors.contains("was lost; going on from "))
            #expect(server.end() == 0)
        }
    }

    @Test(arguments: [
        ("watch --endpoint http://127.0.0.1:1", 3, "cannot reach http://127.0.0.1:1"),
        ("watch", 2, "--endpoint"),
        ("watch --endpoint E --since yesterday", 2, "expected now, current or a revision"),
        ("watch --endpoint E --limit 0", 2, "--limit of at least 1"),
        ("watch --endpoint E --jsonl --exec true", 2, "either --jsonl or --exec"),
        ("watch --endpoint E a", 2, "'a'"),
        ("watch --endpoint E --store none", 3, "there is no store"),
    ])
    func `a mistake is named`(command: String, code: Int32, message: String) async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let words = command.replacing("E ", with: "\(server.endpoint) ")
            let run = try Program.shell("timeout 20 $K \(words)", in: directory)
            #expect(run.code == code, "\(run.errors)")
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `events are read however their bytes are cut`() {
        let text =
            "id: 4\ndata: {\"a\":1}\n\n:\n\nevent: error\r\ndata:x\r\ndata: y\r\n\r\nid: 5\n\n"
        let expected = [
            ServerSentEvent(id: "4", data: "{\"a\":1}"),
            ServerSentEvent(kind: "error", data: "x\ny"),
        ]
        for size in 1...text.utf8.count {
            var reader = EventReader()
            var events: [ServerSentEvent] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                events += reader.take(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(events == expected)
        }
    }
}
