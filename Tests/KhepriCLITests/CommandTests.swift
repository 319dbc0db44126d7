import Foundation
import Testing

@Suite("The program") struct CommandTests {
    @Test func `a value is written, printed and deleted, with the exit codes scripts rely on`()
        async throws
    {
        try await Program.withDirectory { directory in
            let store = directory + "/shop"
            let put = try Program.run("put", "--data-dir", store, "/stock/wood/oak", "150")
            #expect(put.code == 0, "\(put.errors)")
            let get = try Program.run("get", "-d", store, "/stock/wood/oak")
            #expect(get.code == 0)
            #expect(get.output == "150\n")
            #expect(try Program.run("get", "-d", store, "/nothing").code == 1)
            #expect(
                try Program.run("put", "-d", store, "/stock/wood/oak", "1", "--create").code == 1)
            #expect(try Program.run("put", "-d", store, "stock", "1").code == 2)
            #expect(try Program.run("put", "-d", store, "/stock", "not json").code == 2)
            #expect(try Program.run("put", "-d", store).code == 2)
            #expect(try Program.run("get", "-d", directory + "/none", "/a").code == 3)
            #expect(try Program.run("delete", "-d", store, "/stock/*/oak").code == 0)
            #expect(try Program.run("delete", "-d", store, "/stock/*/oak").code == 1)
        }
    }

    @Test func `verify finds a whole store whole, and a flipped bit damaged`() async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/shop"
            for number in 1...3 {
                let path = "/n\(number)"
                #expect(try Program.run("put", "-d", store, path, "\(number)").code == 0)
            }
            let whole = try Program.run("verify", "-d", store)
            #expect(whole.code == 0, "\(whole.output)\(whole.errors)")
            #expect(whole.output.contains("is whole"))
            let log = store + "/log/wal-0000000000000001.log"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
            bytes[4_200] ^= 1
            try bytes.write(to: URL(fileURLWithPath: log))
            let damaged = try Program.run("verify", "-d", store)
            #expect(damaged.code == 5)
            #expect(damaged.output.contains("wal-0000000000000001.log"))
            #expect(try Program.run("verify", "-d", directory + "/none").code == 3)
        }
    }

    @Test func `help names the commands and ends with 0`() throws {
        let help = try Program.run("--help")
        #expect(help.code == 0)
        for command in ["put", "get", "delete", "list", "tree", "count", "exec", "import"] {
            #expect(help.output.contains(command))
        }
    }

    @Test func `exec answers every line in order, and a malformed one too`() async throws {
        let lines = """
            {"op":"put","path":"/a","value":1.0}
            {"op":"get","path":"/a"}
            nonsense
            {"op":"reset"}
            {"op":"exists","path":"/a"}

            """
        let run = try Program.run("exec", "--in-memory", input: lines)
        let results = run.output.split(separator: "\n")
        #expect(results.count == 5)
        #expect(results.first == #"{"nodes":[["/a",{"payloadVersion":1}]]}"#)
        #expect(results.dropFirst().first?.contains(#""value":1.0"#) == true)
        #expect(results.dropFirst(2).first?.contains("invalidOperation") == true)
        #expect(results.last == #"{"bool":false}"#)
        #expect(run.code == 2)
    }

    @Test(arguments: ["dump.jsonl", "dump.json", "files"])
    func `an export that is imported gives the same export`(name: String) async throws {
        try await Program.withDirectory { directory in
            let (one, two) = (directory + "/one", directory + "/two")
            let lines = """
                {"op":"put","path":["a","b/c","%41"],"value":{"x":[1,2.5,null],"$bytes":1}}
                {"op":"put","path":["a"],"value":"text"}
                {"op":"put","path":["."],"value":{"$bytes":"/wA="}}
                {"op":"put","path":["é"],"value":""}
                {"op":"put","path":["e\u{301}"],"value":-0.0}
                {"op":"put","path":["empty"],"noPayload":true}

                """
            #expect(try Program.run("exec", "-d", one, input: lines).code == 0)
            let first = directory + "/1-" + name
            let second = directory + "/2-" + name
            let export = try Program.run("export", "-d", one, "--to", first)
            #expect(export.code == 0, "\(export.errors)")
            let load = try Program.run("import", "-d", two, "--from", first)
            #expect(load.code == 0, "\(load.errors)")
            #expect(try Program.run("export", "-d", two, "--to", second).code == 0)
            let lists = try [one, two].map {
                try Program.run("exec", "-d", $0, input: "{\"op\":\"getMany\",\"path\":\"/**\"}\n")
                    .output
            }
            let stripped = lists.map { $0.replacing(/,?"payloadVersion":\d+/, with: "") }
            #expect(stripped.first == stripped.last)
            #expect(FileManager.default.contentsEqual(atPath: first, andPath: second))
        }
    }
}
