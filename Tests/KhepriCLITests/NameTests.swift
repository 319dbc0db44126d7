import Foundation
import Testing

@Suite("Names, depths and sizes at the limit") struct NameTests {
    @Test(arguments: [
        (String(repeating: "n", count: 255), String(repeating: "n", count: 256)),
        (String(repeating: "é", count: 127), String(repeating: "é", count: 128)),
        (
            (1...64).map { "d\($0)" }.joined(separator: "/"),
            (1...65).map { "d\($0)" }.joined(separator: "/")
        ),
    ])
    func `the limit is taken, one more is refused`(limit: String, over: String) async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/store"
            #expect(try Program.run("put", "-d", store, "/" + limit, "1").code == 0)
            #expect(try Program.run("get", "-d", store, "/" + limit).output == "1\n")
            let run = try Program.run("put", "-d", store, "/" + over, "1")
            #expect(run.code == 2)
            #expect(run.errors.contains("expected"))
            #expect(run.errors.contains("at byte"))
        }
    }

    @Test func `a value of the limit is taken, one byte more is refused`() async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/store"
            // The head of a byte string of this length takes five bytes.
            for (count, code) in [((1 << 20) - 5, 0), ((1 << 20) - 4, 2)] {
                let file = directory + "/\(count)"
                try Data(count: count).write(to: URL(fileURLWithPath: file))
                let run = try Program.run("put", "-d", store, "/v", "--bytes-from", file)
                #expect(run.code == Int32(code))
                #expect(
                    code == 0 || run.errors.contains("expected a value of at most 1048576 bytes"))
                let value = String(repeating: "a", count: count)
                let line = #"{"op":"put","path":"/w","value":"\#(value)"}"# + "\n"
                let exec = try Program.run("exec", "-d", store, input: line)
                #expect(exec.code == Int32(code))
                #expect(code == 0 || exec.output.contains("at most 1048576 bytes, found 1048577"))
            }
            let raw = try Program.run("get", "-d", store, "/w", "--raw").output
            #expect(raw.utf8.count == (1 << 20) - 5)
        }
    }

    @Test func `every byte of ASCII is a name, percent-encoded, and others are refused`()
        async throws
    {
        try await Program.withDirectory { directory in
            let store = directory + "/store"
            let encoded = (0..<256).map { byte in
                let digits = String(byte, radix: 16, uppercase: true)
                return "/%" + (digits.count < 2 ? "0" : "") + digits
            }
            let lines = encoded.map { "{\"op\":\"put\",\"path\":\"\($0)\",\"value\":\"\($0)\"}\n" }
            let run = try Program.run("exec", "-d", store, input: lines.joined())
            #expect(run.code == 2)
            #expect(run.lines.count == 256)
            for (index, line) in run.lines.enumerated() {
                #expect(line.contains("invalidPath") == (index >= 128), "\(line)")
            }
            #expect(try Program.run("count", "-d", store, "/*").output == "128\n")
            for byte in [0, 9, 10, 37, 42, 46, 47, 127] {
                let get = try Program.run("get", "-d", store, encoded[byte])
                #expect(get.output == "\"\(encoded[byte])\"\n", "\(get.errors)")
            }
            // What is listed is a path again, on a line of its own.
            let listed = try Program.run("list", "-d", store, "/*").lines
            #expect(listed.count == 128)
            for line in listed {
                let path = String(line.prefix { $0 != " " })
                #expect(try Program.run("get", "-d", store, path).code == 0, "\(line)")
            }
        }
    }

    @Test func `composed and decomposed letters are two names`() async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/store"
            for (path, value) in [("/\u{E9}", "1"), ("/e\u{301}", "2")] {
                let put = try Program.run("put", "-d", store, path, value)
                #expect(put.code == 0)
            }
            for (path, value) in [("/\u{E9}", "1"), ("/e\u{301}", "2")] {
                let get = try Program.run("get", "-d", store, path)
                #expect(get.output == "\(value)\n")
            }
            #expect(try Program.run("count", "-d", store, "/*").output == "2\n")
        }
    }
}
