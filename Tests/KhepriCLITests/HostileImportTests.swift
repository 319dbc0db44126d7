import Foundation
import Testing

@Suite("Hostile imports") struct HostileImportTests {
    /// Files that must be refused as a whole; each holds something good before what is bad.
    static let files: [(name: String, text: String, says: String)] = [
        ("cut.jsonl", "GOOD{\"op\":\"put\",\"path\":\"/b\",\"val", "line 2"),
        ("count.jsonl", "{\"format\":\"khepri-ops/1\",\"operations\":2}\nGOOD", "is cut off"),
        ("more.jsonl", "{\"format\":\"khepri-ops/1\",\"operations\":0}\nGOOD", "is cut off"),
        ("format.jsonl", "{\"format\":\"khepri-ops/9\"}\nGOOD", "line 1"),
        (
            "twice.jsonl", "GOOD{\"op\":\"put\",\"path\":\"/b\",\"value\":{\"x\":1,\"x\":2}}\n",
            "line 2"
        ),
        ("percent.jsonl", "GOOD{\"op\":\"put\",\"path\":\"/%2\",\"value\":1}\n", "line 2"),
        ("long.jsonl", "GOOD{\"op\":\"put\",\"path\":[\"LONG\"],\"value\":1}\n", "at most 255"),
        ("empty.jsonl", "GOOD{\"op\":\"put\",\"path\":[\"\"],\"value\":1}\n", "line 2"),
        ("deep.jsonl", "GOOD{\"op\":\"put\",\"path\":\"DEEP\",\"value\":1}\n", "at most 64"),
        ("bomb.jsonl", "GOODBOMB\n", "nested"),
        ("read.jsonl", "GOOD{\"op\":\"get\",\"path\":\"/a\"}\n", "expected a write, found a read"),
        ("batch.jsonl", "GOOD{\"op\":\"transaction\",\"ops\":[]}\n", "expected a single write"),
        (
            "pattern.jsonl", "GOOD{\"op\":\"put\",\"path\":\"/c/*\",\"value\":1}\n",
            "expected the path of one node, found the pattern /c/*"
        ),
        (
            "keys.jsonl", "GOOD{\"op\":\"put\",\"path\":\"/b\",\"path\":\"/c\",\"value\":1}\n",
            "found one twice"
        ),
        ("foreign.jsonl", "GOOD\u{0}\u{1}\u{7F}\n", "line 2"),
        ("reset.jsonl", "GOOD{\"op\":\"reset\"}\n", "reset"),
        (
            "big.jsonl", "GOOD{\"op\":\"put\",\"path\":\"/b\",\"value\":\"BIG\"}\n",
            "at most 1048576"
        ),
        ("cut.json", "[GOODITEM,", "cut.json"),
        ("object.json", "GOODITEM", "expected an array"),
        ("nothing.json", " ", "found nothing"),
        ("open.json", "[GOODITEM", "is cut off"),
        ("behind.json", "[GOODITEM] 1", "nothing behind the array"),
        ("comma.json", "[GOODITEM,]", "operation 2"),
        ("commas.json", "[,GOODITEM]", "operation 1"),
        ("space.json", "[GOODITEM GOODITEM]", "operation 1"),
        ("brace.json", "[GOODITEM}]", "operation 1"),
        ("text.json", "[GOODITEM,{\"op\":\"put\",\"path\":\"/b\\\"]", "is cut off"),
        ("bracket.json", "[[GOODITEM]]", "operation 1"),
        ("foreign.json", "[GOODITEM,\u{0}\u{1}]", "operation 2"),
        ("bomb.json", "BOMB", "nested"),
        ("read.json", "[GOODITEM,{\"op\":\"get\",\"path\":\"/a\"}]", "operation 2"),
        (
            "big.json", "[GOODITEM,{\"op\":\"put\",\"path\":\"/b\",\"value\":\"BIG\"}]",
            "operation 2"
        ),
    ]

    private static func expanded(_ text: String) -> String {
        let good = #"{"op":"put","path":"/good","value":1}"#
        return text.replacingOccurrences(of: "GOODITEM", with: good)
            .replacingOccurrences(of: "GOOD", with: good + "\n")
            .replacingOccurrences(of: "LONG", with: String(repeating: "n", count: 256))
            .replacingOccurrences(of: "DEEP", with: String(repeating: "/d", count: 65))
            .replacingOccurrences(of: "BOMB", with: String(repeating: "[", count: 200_000))
            .replacingOccurrences(of: "BIG", with: String(repeating: "a", count: 1 << 20))
    }

    @Test(arguments: files.indices)
    func `a bad file is refused before anything is written`(index: Int) async throws {
        let (name, text, says) = Self.files[index]
        try await Program.withDirectory { directory in
            let file = directory + "/" + name
            let store = directory + "/store"
            try Self.expanded(text).write(toFile: file, atomically: true, encoding: .utf8)
            for way in [[file], [file, "--dry-run"]] {
                let run = try Program.run(["import", "-d", store, "--from"] + way)
                #expect(run.code == 2, "\(run.errors)")
                #expect(run.errors.contains(says), "\(run.errors)")
                #expect(!FileManager.default.fileExists(atPath: store))
            }
            guard name.hasSuffix(".jsonl") else { return }
            let input = try Data(contentsOf: URL(fileURLWithPath: file))
            let run = try Program.run(["import", "-d", store, "--from", "-"], input: input)
            #expect(run.code == 2)
            #expect(run.errors.contains(says))
            #expect(!FileManager.default.fileExists(atPath: store))
        }
    }

    @Test func `a directory is read without following links, and what is no value is named`()
        async throws
    {
        try await Program.withDirectory { directory in
            let script = """
                mkdir -p src/dir src/deep; ln -s /etc/passwd src/link; ln -s / src/root; mkfifo src/fifo; \
                echo hi > src/text; printf '\\377\\376' > src/bytes; touch $'src/\\377name'; \
                echo '{"a":1}' > src/good%.json; echo '{' > src/bad%.json; echo x > 'src/..%2F..%2Fup'; \
                head -c 1048572 /dev/zero > src/big; \
                (cd src/deep; for i in $(seq 70); do mkdir d; cd d; done); \
                $K import -d s --from src /top && $K list -d s '/top/*'
                """
            let run = try Program.shell(script, in: directory)
            let listed = [
                "/top/..%2F..%2Fup = \"x\\n\"", "/top/bytes = {\"$bytes\":\"//4=\"}", "/top/deep",
                "/top/dir", "/top/good = {\"a\":1}", "/top/text = \"hi\\n\"",
            ]
            #expect(run.lines.dropFirst().elementsEqual(listed), "\(run.output)")
            for (place, reason) in [
                ("link", "neither"), ("root", "neither"), ("fifo", "neither"),
                ("bad%.json", "no value"),
                ("big", "over the limit of 1048576 bytes"), ("\u{FFFD}name", "not UTF-8"),
                ("deep/d", "more than 64 levels"),
            ] {
                let lines = run.errors.split(separator: "\n")
                #expect(
                    lines.contains { $0.hasPrefix("skipped src/\(place)") && $0.contains(reason) },
                    "\(place): \(run.errors)")
            }
        }
    }

    @Test(arguments: [
        ("touch src/A src/%41", "stand for the same node"),
        ("touch src/x; echo 1 > src/x%.json", "stand for the same node"),
        ("touch src/%value src/%value%.json", "stand for the same node"),
        ("touch src/%unfinished", "did not end"),
    ])
    func `a directory that cannot be read exactly is refused as a whole`(
        making: String, says: String
    ) async throws {
        try await Program.withDirectory { directory in
            let script =
                "mkdir src; touch src/0good; \(making); $K import -d s --from src; echo $?; ls"
            let run = try Program.shell(script, in: directory)
            #expect(["2\nsrc\n", "4\nsrc\n"].contains(run.output), "\(run.output)\(run.errors)")
            #expect(run.errors.contains(says))
        }
    }

    @Test func `an export that fails leaves nothing behind, and overwrites nothing`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K put -d s /a 1; touch there; mkdir full; touch full/x; \
                for t in there full/x.jsonl/y /nowhere/x.jsonl full; do \
                $K export -d s --to $t; echo $?; done; touch there.jsonl; \
                $K export -d s --to there.jsonl; echo $?; ls -A . full
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines.prefix(5) == ["4", "4", "4", "4", "4"], "\(run.errors)")
            #expect(
                run.lines.dropFirst(5) == [".:", "full", "s", "there", "there.jsonl", "full:", "x"])
        }
    }
}
