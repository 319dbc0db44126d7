import Foundation
import Testing

@Suite("khepri serve") struct ServeTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `it says when it is ready, ends cleanly on a signal, and goes on afterwards`(
        signal: Int32
    ) async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/shop"
            let first = try ServerProcess(store)
            #expect(
                try Program.run("put", "--endpoint", first.endpoint, "/stock/oak", "150").code == 0)
            // While it is served, nobody else opens the directory.
            #expect(try Program.run("get", "-d", store, "/stock/oak").code == 3)
            #expect(first.end(signal) == 0)
            #expect(try Program.run("get", "-d", store, "/stock/oak").output == "150\n")
            let second = try ServerProcess(store)
            let get = try Program.run("get", "--endpoint", second.endpoint + "/", "/stock/oak")
            #expect(get.output == "150\n")
            #expect(second.end(signal) == 0)
        }
    }

    @Test func `what was answered is there after SIGKILL`() async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/shop"
            let server = try ServerProcess(store)
            let lines = (1...2_000).map {
                "{\"op\":\"put\",\"path\":\"/n/\($0)\",\"value\":\($0)}\n"
            }
            let exec = try Program.run(
                ["exec", "--endpoint", server.endpoint], input: Data(lines.joined().utf8))
            #expect(exec.code == 0)
            #expect(exec.lines.count == 2_000)
            #expect(server.end(SIGKILL) == SIGKILL)
            #expect(try Program.run("count", "-d", store, "/n/*").output == "2000\n")
        }
    }

    @Test func `a member that is started at another address becomes known there`() async throws {
        try await Program.withDirectory { directory in
            let first = try ServerProcess(
                directory + "/a", "--name", "a", "--peer", "127.0.0.1:0")
            // The system chooses another port each time.
            let start = {
                try ServerProcess(
                    directory + "/b", "--name", "b", "--peer", "127.0.0.1:0", "--join",
                    first.endpoint)
            }
            let second = try start()
            let addresses = {
                try Program.run(
                    "cluster", "status", "--endpoint", first.endpoint, "--format", "json"
                )
                .output.matches(of: #/"peerAddress":"([^"]+)"/#).map { String($0.output.1) }
            }
            let before = try addresses()
            #expect(before.count == 2)
            #expect(second.end() == 0)
            let moved = try start()
            var after = before
            for _ in 0..<200 where after == before {
                usleep(50_000)
                after = try addresses()
            }
            #expect(after.count == 2)
            #expect(after.first == before.first, "it stayed where it was")
            #expect(after.last != before.last)
            #expect(moved.end() == 0)
            #expect(first.end() == 0)
        }
    }

    @Test(arguments: ["0.0.0.0:0", "[::]:0", "example.org:80", "10.0.0.1:8080", "127.evil.com:80"])
    func `an address that others reach is refused without --insecure`(address: String) async throws
    {
        try await Program.withDirectory { directory in
            let run = try Program.run("serve", "-d", directory + "/s", "--http", address)
            #expect(run.code == 4)
            #expect(run.errors.contains("--insecure"))
            #expect(!FileManager.default.fileExists(atPath: directory + "/s"))
        }
    }

    @Test func `with --insecure it serves every address`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s", http: "0.0.0.0:0", "--insecure")
            let endpoint = "http://127.0.0.1:" + server.port
            #expect(try Program.run("count", "--endpoint", endpoint).output == "0\n")
            #expect(server.end() == 0)
        }
    }

    @Test(arguments: ["", "8080", "localhost", ":8080", "localhost:x", "localhost:65536", "a/b:1"])
    func `a malformed address is refused`(address: String) throws {
        #expect(try Program.run("serve", "-d", "/tmp/none", "--http", address).code == 2)
    }

    @Test func `an address in use is refused`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/a")
            let second = try Program.run(
                "serve", "-d", directory + "/b", "--http", "127.0.0.1:" + server.port)
            #expect(second.code == 3)
            #expect(second.errors.contains("cannot serve 127.0.0.1:" + server.port))
            #expect(server.end() == 0)
        }
    }

    @Test func `requests on a wire: pipelined, broken off, and no HTTP at all`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let send = { (text: String) in
                try Program.shell(
                    "exec 3<>/dev/tcp/127.0.0.1/\(server.port); printf '\(text)' >&3; cat <&3")
            }
            let host = #"HTTP/1.1\r\nHost: localhost\r\n"#
            let pipelined = try send(
                #"PUT /v1/nodes/a \#(host)Content-Length: 1\r\n\r\n1"#
                    + #"GET /v1/nodes/a?form=value \#(host)Connection: close\r\n\r\n"#)
            #expect(pipelined.output.split(separator: "HTTP/1.1 200 OK").count == 2)
            #expect(pipelined.output.hasSuffix("\r\n\r\n1"))
            let chunked = try send(
                #"PUT /v1/nodes/b \#(host)Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"#
                    + #"1\r\n1\r\n1\r\n2\r\n0\r\n\r\n"#)
            #expect(chunked.output.contains("\"payloadVersion\":1"))
            #expect(try send(#"nonsense\r\n\r\n"#).output.hasPrefix("HTTP/1.1 400"))
            let count = try Program.run("list", "--endpoint", server.endpoint)
            #expect(count.output == "/a = 1\n/b = 12\n")
            #expect(server.end() == 0)
        }
    }
}
