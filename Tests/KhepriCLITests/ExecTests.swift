import CBOR
import Foundation
import Testing

@Suite("khepri exec") struct ExecTests {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/conformance")

    @Test func `every recorded trace has the recorded results`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.fixtures.path)
            .filter { $0.hasSuffix(".jsonl") }.sorted()
        #expect(names.count >= 70)
        for name in names {
            let data = try Data(contentsOf: Self.fixtures.appending(path: name))
            let run = try Program.run(["exec", "--in-memory"], input: data)
            #expect(run.code == 0, "\(name): \(run.errors)")
            let expected = data.split(separator: 10).dropFirst()
            let results = run.output.utf8.split(separator: 10)
            #expect(results.count == expected.count, "\(name)")
            for (index, pair) in zip(expected, results).enumerated() {
                let line = try JSONParser.value(of: Array(pair.0))
                guard line["compare"] != .boolean(false), let wanted = line["result"] else {
                    continue
                }
                let found = try JSONParser.value(of: Array(pair.1))
                #expect(
                    Self.comparable(found, like: wanted) == Self.comparable(wanted, like: wanted),
                    "\(name), line \(index + 2)")
            }
        }
    }

    /// A result without what is not compared: the order of nodes, and more of an error than asked.
    private static func comparable(_ result: JSONValue, like wanted: JSONValue) -> JSONValue {
        guard case .object(let members) = result, let member = members.first else { return result }
        let value: JSONValue
        switch (member.key.string, member.value, wanted[member.key]) {
        case ("nodes", .array(let rows), _):
            value = .array(
                rows.map { ordered($0) }.sorted {
                    "\($0)".utf8.lexicographicallyPrecedes("\($1)".utf8)
                })
        case ("error", .object(let parts), .some(let error)):
            value = ordered(.object(parts.filter { error[$0.key] != nil }))
        case ("results", .array(let parts), .array(let others)?):
            value = .array(zip(parts, others).map { comparable($0, like: $1) })
        default: value = ordered(member.value)
        }
        return .object([JSONMember(member.key, value)])
    }

    /// Objects with their members in one order.
    private static func ordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(ordered))
        case .object(let members):
            .object(
                members.map { JSONMember($0.key, ordered($0.value)) }.sorted {
                    $0.key.string.utf8.lexicographicallyPrecedes($1.key.string.utf8)
                })
        default: value
        }
    }

    @Test(arguments: [true, false])
    func `many writes ahead, each read sees every line before it, in order`(inMemory: Bool)
        async throws
    {
        try await Program.withDirectory { directory in
            let count = 6_000
            var lines = "{\"format\":\"khepri-ops/1\",\"operations\":1}\n\n"
            var expected: [String] = []
            for number in 1...count {
                lines += "{\"op\":\"put\",\"path\":\"/n/\(number)\",\"value\":\(number)}\r\n"
                expected.append("{\"nodes\":[[\"/n/\(number)\",{\"payloadVersion\":1}]]}")
                guard number % 1_500 == 0 else { continue }
                lines += "{\"op\":\"count\",\"path\":\"/n/*\"}\nnonsense \(number)\n"
                expected.append("{\"count\":\(number)}")
                expected.append("invalidOperation")
            }
            // The last line needs no end.
            lines += "{\"op\":\"count\",\"path\":\"/n/*\"}"
            expected.append("{\"count\":\(count)}")
            let place = inMemory ? ["--in-memory"] : ["-d", directory + "/store"]
            let run = try Program.run(["exec"] + place, input: Data(lines.utf8))
            #expect(run.code == 2)
            #expect(run.errors == "khepri: 4 lines were not a valid operation\n")
            #expect(run.lines.count == expected.count)
            for (line, wanted) in zip(run.lines, expected) {
                #expect(line.hasPrefix("{\"error\":") ? line.contains(wanted) : line == wanted)
            }
            guard !inMemory else { return }
            #expect(try Program.run("count", "-d", directory + "/store", "/n/*").output == "6000\n")
        }
    }

    @Test func `reset empties a store in memory, and is refused on a directory`() async throws {
        try await Program.withDirectory { directory in
            let lines = """
                {"op":"put","path":"/a","value":1}
                {"op":"reset"}
                {"op":"exists","path":"/a"}

                """
            let memory = try Program.run("exec", "--in-memory", input: lines)
            #expect(memory.code == 0)
            #expect(memory.lines.suffix(2) == [#"{"ok":true}"#, #"{"bool":false}"#])
            let disk = try Program.run("exec", "-d", directory + "/store", input: lines)
            #expect(disk.code == 2)
            #expect(disk.lines[1].contains(#""code":"invalidOperation""#))
            #expect(disk.lines[2] == #"{"bool":true}"#)
        }
    }

    static let refused: [[UInt8]] = [
        Array("x".utf8), Array("{".utf8), Array("[]".utf8), Array("{}".utf8), Array("null".utf8),
        Array(#"{"op":"fly","path":"/a"}"#.utf8), Array(#"{"op":"get"}"#.utf8),
        Array(#"{"op":"get","path":"/a","extra":1}"#.utf8),
        Array(#"{"op":"put","path":"/a"}"#.utf8),
        Array(#"{"op":"get","path":"/a"} {"op":"get","path":"/a"}"#.utf8),
        Array(#"{"op":"get","path":"/a","path":"/b"}"#.utf8),
        Array(#"{"op":"put","path":"/a","value":1e999}"#.utf8),
        Array(#"{"op":"put","path":"/a","value":"\ud800"}"#.utf8),
        Array(#"{"op":"put","path":"/a","value":"#.utf8) + [34, 0xFF, 34, 125],
        Array(#"{"op":"put","path":"/a","value":"#.utf8) + [34, 10],
        Array(#"{"op":"put","path":"/a","value":"#.utf8) + [UInt8](repeating: 91, count: 100_000),
        Array(#"{"op":"transaction","ops":[{"op":"transaction","ops":[]}]}"#.utf8),
        Array(#"{"op":"put","path":"/%","value":1}"#.utf8),
        [0], [0xFF], [UInt8](repeating: 91, count: 1 << 20),
    ]

    @Test(arguments: refused.indices)
    func `a malformed line is answered and the next one runs`(index: Int) throws {
        let next = Array("\n{\"op\":\"count\",\"path\":\"/**\"}\n".utf8)
        let run = try Program.run(["exec", "--in-memory"], input: Data(Self.refused[index] + next))
        #expect(run.code == 2)
        #expect(run.lines.last == #"{"count":0}"#)
        for line in run.lines.dropLast() {
            #expect(line.hasPrefix(#"{"error":{"code":"invalid"#), "\(line)")
        }
        #expect(run.lines.count >= 2)
    }

    @Test func `an answer comes when it is durable, though the input goes on`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                mkfifo pipe; $K exec -d s < pipe > answers & exec 3> pipe; \
                for i in 1 2 3; do echo "{\\"op\\":\\"put\\",\\"path\\":\\"/a\\",\\"value\\":$i}" >&3; \
                until [ "$(wc -l < answers)" -ge $i ]; do :; done; done; \
                kill -9 $!; wait $! 2> x; $K get -d s /a
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines.last == "3", "\(run.errors)")
        }
    }
}
