import Testing

@Suite("Bad arguments") struct BadArgumentTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        /// What the message must say.
        var says: String

        init(_ arguments: String..., says: String) {
            self.arguments = arguments
            self.says = says
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let mistakes = [
        Mistake("gett", "-d", "D", "/a", says: "there is no command 'gett'; did you mean 'get'?"),
        Mistake("lst", "-d", "D", says: "did you mean 'list'?"),
        Mistake("frobnicate", says: "there is no command 'frobnicate'\n"),
        Mistake("get", "/a", says: "--data-dir"),
        Mistake("get", "-d", "D", says: "<path>"),
        Mistake("get", "-d", "D", "/a", "/b", says: "/b"),
        Mistake("get", "-d", "D", "/a", "--rw", says: "Did you mean '--raw'?"),
        Mistake("get", "-d", "D", "/a", "--format", "xml", says: "'human', 'json', 'jsonl'"),
        Mistake("list", "-d", "D", "--limit", "0", says: "--limit of at least 1, found 0"),
        Mistake("list", "-d", "D", "--limit", "x", says: "'x' is invalid"),
        Mistake("list", "-d", "D", "--after", "a", says: "'a': expected a path that begins with /"),
        Mistake("tree", "-d", "D", "--children", "0", says: "--children of at least 1, found 0"),
        Mistake("get", "-d", "D", "a", says: "'a': expected a path that begins with /"),
        Mistake("get", "-d", "D", "", says: "begins with /"),
        Mistake("get", "-d", "D", "//a", says: "a name between two slashes, found none, at byte 1"),
        Mistake("get", "-d", "D", "/a/*", says: "expected one node, found a wildcard"),
        Mistake("get", "-d", "D", "/a/%4", says: "two hexadecimal digits after %"),
        Mistake("get", "-d", "D", "/a/%FF", says: "expected a name in UTF-8"),
        Mistake("get", "-d", "D", "/a", "--store", "a/b", says: "expected a store name"),
        Mistake("put", "-d", "D", "/a", says: "expected one of VALUE"),
        Mistake("put", "-d", "D", "/a", "1", "--no-payload", says: "expected one of VALUE"),
        Mistake("put", "-d", "D", "/a", "1", "--create", "--update", says: "at most one of"),
        Mistake("put", "-d", "D", "/a", "x", says: "write --text"),
        Mistake("put", "-d", "D", "/a", "", says: "expected a value, found the end"),
        Mistake("put", "-d", "D", "/a", "[1,", says: "at byte 3"),
        Mistake("put", "-d", "D", "/a", #"{"a":1,"a":2}"#, says: "distinct names"),
        Mistake("put", "-d", "D", "/a", "18446744073709551616", says: "-2^63 to 2^64 - 1"),
        Mistake("put", "-d", "D", "/a", "-9223372036854775809", says: "-2^63 to 2^64 - 1"),
        Mistake("put", "-d", "D", "/a", "1e999", says: "a number that a double can hold"),
        Mistake("put", "-d", "D", "/a", "--bytes-from", "/nowhere", says: "cannot read /nowhere"),
        Mistake("put", "-d", "D", "/a", "--bytes-from", "/", says: "cannot read /"),
        Mistake("put", "-d", "D", "/a", "--bytes-from", "/dev/zero", says: "at most 8388608 bytes"),
        Mistake("move", "-d", "D", "/a", "/a/b", says: "not at or below the source"),
        Mistake("exec", says: "one of --data-dir, --endpoint and --in-memory"),
        Mistake("exec", "-d", "D", "--in-memory", says: "one of --data-dir, --endpoint and"),
        Mistake("get", "-d", "D", "--endpoint", "http://h", "/a", says: "either --data-dir or"),
        Mistake("get", "--endpoint", "h:1", "/a", says: "'h:1' is invalid"),
        Mistake("serve", says: "expected --data-dir and one of --http and --https, or --dev"),
        Mistake("serve", "-d", "E", "--https", "h:1", says: "--https needs --certs-dir"),
        Mistake(
            "serve", "-d", "E", "--http", "h:1", "--https", "h:2", says: "one of --http and --https"
        ),
        Mistake(
            "get", "--endpoint", "https://h", "--cert-file", "c", "/a",
            says: "--ca-file, --cert-file and --key-file together"),
        Mistake(
            "get", "--endpoint", "https://h", "--certs-dir", "c", "--ca-file", "c", "/a",
            says: "either --certs-dir, or"),
        Mistake("serve", "--dev", "--members", "0", says: "1 to 9 --members, found 0"),
        Mistake("serve", "--dev", "--peer", "h:1", says: "no --peer, no --join"),
        Mistake(
            "serve", "-d", "E", "--http", "127.0.0.1:0", "--join", "http://h:1",
            says: "needs a --peer address"),
        Mistake("cluster", "status", says: "--endpoint"),
        Mistake("cluster", "remove", "--endpoint", "http://h:1", says: "<name>"),
        Mistake(
            "cluster", "priority", "--endpoint", "http://h:1", "n1", "high",
            says: "'high' is invalid"),
        Mistake("import", "-d", "D", "--from", "/nowhere", says: "no file or directory /nowhere"),
        Mistake("bench", "--seconds", "0", says: "--seconds above 0"),
        Mistake("bench", "--sizes", "1,many", says: "found many"),
        Mistake("quickstart", "/nowhere", says: "there is no directory /nowhere"),
        Mistake("quickstart", "--kills", "0", says: "--kills of at least 1, found 0"),
    ]

    @Test func `an argument that is no UTF-8 is refused, not changed`() async throws {
        try await Program.withDirectory { directory in
            let script = "$K put -d s \"/$(printf '\\377')\" 1; echo $?; ls"
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["2"], "\(run.output)")
            #expect(run.errors == "khepri: expected UTF-8 as argument 4\n")
        }
    }

    @Test(arguments: mistakes)
    func `a mistake ends with 2, names the place and the rule, and changes nothing`(
        mistake: Mistake
    ) async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/store"
            #expect(try Program.run("put", "-d", store, "/a", "1").code == 0)
            let before = try Program.run("list", "-d", store, "--format", "jsonl").output
            let run = try Program.run(mistake.arguments.map { $0 == "D" ? store : $0 })
            #expect(run.code == 2, "\(run.errors)")
            #expect(run.errors.hasPrefix("khepri: "))
            #expect(run.errors.contains(mistake.says), "\(run.errors)")
            #expect(run.output.isEmpty)
            #expect(try Program.run("list", "-d", store, "--format", "jsonl").output == before)
        }
    }

    @Test(arguments: [
        "put", "get", "delete", "list", "tree", "count", "exec", "import", "export", "copy", "move",
        "backup", "restore", "verify", "bench", "quickstart",
    ])
    func `the help of each command has examples of it`(command: String) throws {
        let help = try Program.run(command, "--help")
        #expect(help.code == 0)
        #expect(help.output.contains("EXAMPLES\n"))
        #expect(
            help.output.contains("  khepri \(command)") || help.output.contains("| khepri exec"))
        #expect(try Program.run("help", command).output == help.output)
    }

    @Test(arguments: ["-5", "-5.5", "-1e3", "-9223372036854775808"])
    func `a negative number is a value`(number: String) async throws {
        try await Program.withDirectory { directory in
            let store = directory + "/store"
            let put = try Program.run("put", "-d", store, "/a", number, "--create")
            #expect(put.code == 0, "\(put.errors)")
            let value = try Program.run("get", "-d", store, "/a").output
            #expect(Double(value.dropLast()) == Double(number))
        }
    }
}
