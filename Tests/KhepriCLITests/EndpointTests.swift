import Foundation
import Testing

/// Every data command on a server, beside the same command on a directory.
@Suite("--endpoint") struct EndpointTests {
    @Test func `every data command prints and ends the same on a directory and on a server`()
        async throws
    {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let places = [
                ["-d", directory + "/local"], ["--endpoint", server.endpoint],
            ]
            for (command, input) in Self.commands(in: directory) {
                let runs = try places.enumerated().map { index, place in
                    // Files that a command makes are different ones for each place.
                    let words = command.map { $0.replacing("PLACE", with: "place-\(index)") }
                    return try Program.run(
                        [words[0]] + place + words[1...], input: Data(input.utf8))
                }
                let text = "\(command): \(runs[0].errors)\(runs[1].errors)"
                #expect(runs[0].code == runs[1].code, "\(text)")
                let outputs = runs.map { Self.comparable($0.output) }
                #expect(outputs[0] == outputs[1], "\(text)")
                let errors = runs.map { Self.comparable($0.errors) }
                if Self.isSaidAlike(runs[0].code) { #expect(errors[0] == errors[1]) }
            }
            let exports = ["a.jsonl", "b.json"].map { name in
                (0...1).map {
                    FileManager.default.contents(atPath: "\(directory)/place-\($0)-\(name)")
                }
            }
            for pair in exports {
                #expect(pair[0] != nil)
                #expect(pair[0] == pair[1])
            }
            let difference = try Program.shell(
                "diff -r place-0-files place-1-files", in: directory)
            #expect(difference.code == 0, "\(difference.output)")
            #expect(server.end() == 0)
        }
    }

    /// Revisions are those of two stores, and so are the names of files.
    private static func comparable(_ text: String) -> String {
        text.replacing(#/(Revision":)\d+/#) { "\($0.output.1)N" }
            .replacing(#/place-\d/#, with: "place")
            .replacing(#/ +\d+\n/#, with: " N\n")
    }

    /// Not where the directory, or the server, is what the message is about.
    private static func isSaidAlike(_ code: Int32) -> Bool { code != 3 }

    private static func commands(in directory: String) -> [([String], String)] {
        let file = { (name: String) in "\(directory)/PLACE-\(name)" }
        let ops = """
            {"op":"put","path":"/ops/1","value":1}
            {"op":"get","path":"/ops/1"}
            {"op":"create","path":"/ops/1","value":2}
            nonsense
            {"op":"transaction","ops":[{"op":"put","path":"/ops/2","value":{"$bytes":"AAE="}}]}
            {"op":"put","path":"/large","value":"\(String(repeating: "x", count: 1 << 20))"}
            {"op":"reset"}
            {"op":"dump"}
            {"op":"put","path":"/tied","value":1,"keepWhile":[["/ops/1",{"exists":true}]]}

            """
        let plain: [[String]] = [
            ["put", "/stock/wood/oak", "150"], ["get", "/stock/wood/oak"],
            ["get", "/stock/wood/oak", "--format", "json"], ["get", "/stock/none"],
            ["put", "/stock/wood/oak", "1", "--create"], ["put", "/x/y", "1", "--update"],
            ["put", "/stock/wood/oak", "151", "--if-version", "1"],
            ["put", "/stock/wood/oak", "152", "--if-version", "1"], ["put", "/", "0"],
            ["put", "/", "0", "--create"], ["put", "/", "0", "--if-version", "1"],
            ["put", "/motd", "--text", "a \"b\"\n\u{e9}e\u{301}"], ["get", "/motd", "--raw"],
            ["put", "/double", "1.0"],
            ["put", "/odd/a%2Fb c?d#e&f=g+h%25\u{1}", "{\"$bytes\":\"AAE=\"}"],
            ["get", "/odd/a%2Fb c?d#e&f=g+h%25\u{1}", "--raw"], ["put", "/odd/%2E%2E/%2A", "null"],
            ["put", "/empty", "--no-payload"], ["get", "/empty"], ["put", "a", "1"],
            ["put", "/a", "{"], ["get", "/*"], ["list"], ["list", "/none"], ["list", "/none/*"],
            ["list", "/**", "--format", "json"], ["list", "/**", "--format", "jsonl"],
            ["list", "/**", "--format", "table"], ["list", "/**", "--limit", "3"],
            ["list", "/**", "--after", "/odd"], ["list", "/odd/*", "--after", "/odd/%2E%2E"],
            ["list", "/o*/**"], ["count"], ["count", "/odd/*"], ["count", "/%2A"], ["tree"],
            ["tree", "/odd", "--depth", "1"], ["tree", "/none"], ["tree", "--no-values"],
            ["copy", "/stock", "/backup"], ["copy", "/stock", "/backup"],
            ["copy", "/stock", "/backup", "--overwrite"], ["copy", "/none", "/a"],
            ["copy", "/stock", "/stock/wood/in"], ["move", "/backup", "/archive"],
            ["move", "/backup", "/archive"], ["delete", "/archive/**", "--verbose"],
            ["delete", "/archive/**"], ["delete", "/stock/wood/oak", "--verbose"],
        ]
        let transfers: [[String]] = [
            ["export", "--to", file("a.jsonl")], ["export", "--to", file("b.json"), "/odd"],
            ["export", "--to", file("files"), "/ops"], ["export", "--to", "-", "/motd"],
            ["export", "--to", "-", "/none"], ["import", "--from", file("files"), "/again"],
            ["import", "--from", file("a.jsonl")], ["import", "--from", file("none")],
            ["import", "--from", "-", "/x"], ["export", "--to", "-"], ["delete", "/", "--verbose"],
            ["count"],
        ]
        return plain.map { ($0, "") } + [(["exec"], ops)] + transfers.map { ($0, "") }
    }

    @Test func `an import with a write that is refused stops there`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let lines = (0..<3_000).map {
                $0 == 2_500
                    ? "{\"op\":\"create\",\"path\":\"/n/1\",\"value\":0}\n"
                    : "{\"op\":\"put\",\"path\":\"/n/\($0)\",\"value\":0}\n"
            }
            let run = try Program.run(
                ["import", "--endpoint", server.endpoint, "--from", "-"],
                input: Data(lines.joined().utf8))
            #expect(run.code == 4)
            #expect(run.errors.contains("/n/1"))
            #expect(server.end() == 0)
        }
    }

    @Test func `a server that is not there ends with 3, one that dies with 6 or 3`() async throws {
        for command in [["get", "/a"], ["put", "/a", "1"], ["exec"], ["tree"], ["count"]] {
            let run = try Program.run(
                [command[0], "--endpoint", "http://127.0.0.1:1"] + command.dropFirst())
            #expect(run.code == 3)
            #expect(run.errors.contains("cannot reach http://127.0.0.1:1"))
        }
        for (command, code) in [("get", 3), ("delete", 6)] as [(String, Int32)] {
            // A server that takes the request and says nothing any more.
            let run = try Program.shell(
                """
                coproc S { python3 -u -c 'if 1:
                    import socket
                    socket.setdefaulttimeout(30)
                    s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])
                    c, _ = s.accept(); c.recv(1)'; }
                read -r port <&${S[0]}; "$K" \(command) --endpoint http://127.0.0.1:$port /a
                """)
            #expect(run.code == code, "\(run.errors)")
        }
    }

    @Test(arguments: [
        ["get", "/a"], ["get", "-d", "x", "--endpoint", "http://localhost:1", "/a"],
        ["get", "--endpoint", "localhost:1", "/a"],
        ["get", "--endpoint", "ftp://localhost", "/a"], ["get", "--endpoint", "https://", "/a"],
        ["get", "--endpoint", "http://", "/a"], ["get", "--endpoint", "http://localhost:0", "/a"],
        ["get", "--endpoint", "http://localhost/v1", "/a"],
        ["exec", "--in-memory", "--endpoint", "http://localhost:1"],
    ])
    func `one place is named, and well`(arguments: [String]) throws {
        #expect(try Program.run(arguments).code == 2)
    }

    @Test func `stores are made by commands that write, and only by them`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let place = ["--endpoint", server.endpoint, "--store", "shop"]
            #expect(try Program.run(["get"] + place + ["/a"]).code == 3)
            #expect(try Program.run(["put"] + place + ["/a", "1"]).code == 0)
            #expect(try Program.run(["get"] + place + ["/a"]).output == "1\n")
            #expect(try Program.run(["count", "--endpoint", server.endpoint]).output == "0\n")
            #expect(server.end() == 0)
        }
    }
}
