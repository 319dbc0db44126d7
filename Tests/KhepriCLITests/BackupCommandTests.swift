import Foundation
import Testing

@Suite("khepri backup, restore and snapshot") struct BackupCommandTests {
    /// Fills a store `s` in the directory, with versions above 1 and a condition.
    private static let fill = """
        for n in 1 2 3; do $K put -d s /stock/wood/oak $n; done; $K put -d s /motd --text hi
        echo '{"op":"put","path":"/tied","value":1,"keepWhile":[["/motd",{"exists":true}]]}' \
        | $K exec -d s > /dev/null
        """

    @Test func `a backup of a directory comes back whole`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.fill); $K backup -d s b && $K restore b -d r && \
                $K list -d s --format table > 1; $K list -d r --format table > 2; cmp 1 2; \
                $K export -d s --to - > 3; $K export -d r --to - > 4; cmp 3 4; $K verify -d r; \
                $K backup -d s - > c; $K restore c --data-dir q --store other; \
                $K get -d q --store other /stock/wood/oak; $K delete -d r /motd; $K get -d r /tied; \
                echo $?; ls -A; stat -c %a b
                """
            let run = try Program.shell(script, in: directory)
            let expected = [
                "6 nodes of default at revision 11 backed up to b",
                "6 nodes of default at revision 11 restored from b", "r is whole",
                "6 nodes of default at revision 11 restored from c", "3", "1",
                "1", "2", "3", "4", "b", "c", "q", "r", "s", "600",
            ]
            #expect(run.lines == expected, "\(run.output)\(run.errors)")
        }
    }

    @Test func `a file of the wrong kind is refused with what to do with it`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.fill) > x; $K backup -d s b > x; $K export -d s --to e.jsonl > x; mkdir d; \
                for c in "import -d t --from b" "restore -d t e.jsonl" "restore -d t d" \
                    "snapshot inspect s" "snapshot inspect e.jsonl"; \
                do $K $c 2>&1; echo $?; done; ls t
                """
            let run = try Program.shell(script, in: directory)
            let backup = "expected what `khepri backup` wrote"
            let operations = "e.jsonl holds operations: `khepri import` writes them into a store"
            let messages = [
                "b is a backup: `khepri restore` makes a store of it", operations,
                "d is a directory: \(backup)",
                "s is a directory: \(backup), or -d for a store's directory", operations,
            ]
            #expect(run.lines == messages.flatMap { ["khepri: \($0)", "2"] }, "\(run.output)")
            #expect(run.errors.contains("ls: cannot access 't'"), "\(run.errors)")
        }
    }

    @Test func `a server gives the same backup, also of another store`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let place = ["--endpoint", server.endpoint, "--store", "yard"]
            #expect(try Program.run(["put"] + place + ["/a", "[1]"]).code == 0)
            let file = directory + "/b"
            let run = try Program.run(["backup"] + place + [file])
            #expect(run.output.hasPrefix("2 nodes of yard at revision "), "\(run.errors)")
            let piped = try Program.shell(
                "$K backup --endpoint \(server.endpoint) --store yard - > c; $K restore c -d d",
                in: directory)
            #expect(piped.code == 0, "\(piped.errors)")
            #expect(try Program.run("restore", file, "-d", directory + "/r").code == 0)
            for restored in ["/r", "/d"] {
                let read = try Program.run(
                    "get", "-d", directory + restored, "--store", "yard", "/a")
                #expect(read.output == "[1]\n")
            }
            let none = try Program.run(
                "backup", "--endpoint", server.endpoint, "--store", "none", directory + "/none")
            #expect(none.code == 3 && none.errors.contains("there is no store"), "\(none.errors)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/none"))
            #expect(server.end() == 0)
        }
    }

    @Test func `a cluster with certificates begins again from a backup`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.fill); $K backup -d s b > x; $K certificates create n1 n2 > x; \
                $K restore b -d n1 --name n3 --certs-dir certificates; echo $?; ls -d n1; \
                $K restore b -d n1 --name n1 --certs-dir certificates
                """
            let made = try Program.shell(script, in: directory)
            #expect(made.lines.first == "3" && made.lines.count == 2, "\(made.output)")
            let certificates = ["--certs-dir", directory + "/certificates"]
            let member = { (name: String) in
                [
                    "serve", "--name", name, "-d", "\(directory)/\(name)", "--https",
                    "127.0.0.1:0", "--peer", "127.0.0.1:0",
                ] + certificates
            }
            let first = try ServerProcess(member("n1"))
            let second = try ServerProcess(member("n2") + ["--join", first.endpoint])
            let read = try Program.run(
                ["get", "--endpoint", second.endpoint, "/stock/wood/oak"] + certificates)
            #expect(read.output == "3\n", "\(read.errors)")
            #expect(second.end() == 0)
            #expect(first.end() == 0)
        }
    }

    @Test func `what is no whole backup is refused, and nothing is made of it`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.fill); $K backup -d s b > x; \
                head -c 100 b > cut; head -c -1 b > short; cp b more; echo >> more; : > empty; \
                cp b flipped; printf '\\377' | dd of=flipped bs=1 seek=150 conv=notrunc 2> x; \
                for f in cut short more empty flipped none; do \
                $K restore $f -d r; echo $?; $K snapshot inspect $f; echo $?; done; ls -d r
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == Array(repeating: "3", count: 12), "\(run.output)\(run.errors)")
            let errors = run.errors.split(separator: "\n")
            #expect(errors.count == 13)
            for name in ["cut", "short", "more", "empty", "flipped", "none"] {
                #expect(errors.count { $0.contains(" \(name): ") } == 2, "\(run.errors)")
            }
        }
    }

    @Test func `nothing that is there is written over`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.fill); $K backup -d s b > x; cp b before; cp -r s t; \
                $K backup -d s b; echo $?; cmp b before; $K restore b -d t; echo $?; \
                rm s/lock t/lock; diff -r s t; mkdir full; touch full/x; $K restore b -d full; echo $?; ls full; \
                $K restore b b -d twice; echo $?; ls -d twice; $K restore -d new; echo $?; \
                $K restore b b -d new --store one; echo $?; $K restore b -d new --store a/b; echo $?; \
                mkdir empty; $K restore b -d empty; $K get -d empty /motd; ls
                """
            let run = try Program.shell(script, in: directory)
            let expected = [
                "4", "4", "3", "x", "2", "2", "2", "2",
                "6 nodes of default at revision 11 restored from b", "\"hi\"",
                "b", "before", "empty", "full", "s", "t", "x",
            ]
            #expect(run.lines == expected, "\(run.output)\(run.errors)")
        }
    }

    @Test func `a server that is cut off in the middle leaves no file`() async throws {
        try await Program.withDirectory { directory in
            let made = try Program.shell("\(Self.fill); $K backup -d s whole", in: directory)
            #expect(made.code == 0)
            // One that ends the connection, and one that ends the answer, both too early.
            for ending in ["", #"c.send(b"0\r\n\r\n")"#] {
                let run = try Program.shell(
                    """
                    coproc S { python3 -u -c 'if 1:
                        import socket
                        socket.setdefaulttimeout(30)
                        s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])
                        # The first connection is the one of other commands.
                        other, c = s.accept()[0], s.accept()[0]
                        c.recv(4096)
                        b = open("whole", "rb").read()[:200]
                        c.send(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
                        c.send(b"%x\\r\\n%s\\r\\n" % (len(b), b))
                        \(ending)
                        c.close()'; }
                    read -r port <&${S[0]}; $K backup --endpoint http://127.0.0.1:$port file
                    echo $?; ls -d file*
                    """, in: directory)
                #expect(run.lines == ["3"], "\(run.output)\(run.errors)")
            }
        }
    }

    @Test func `inspect shows sizes by subtree, of a backup, a snapshot and a directory`()
        async throws
    {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.fill); $K backup -d s b > x; $K snapshot inspect b; \
                $K snapshot inspect -d s --depth 0 --json; \
                $K snapshot inspect b --path /stock --depth 9 --json; \
                $K snapshot inspect b --limit 2 --json; $K snapshot inspect b --path /none; echo $?
                $K restore b -d r > x; $K snapshot inspect r/snapshots/*.snapshot --depth 0 --json
                """
            let run = try Program.shell(script, in: directory)
            let expected = [
                "default at revision 11", "PATH    NODES  BYTES    SHARE",
                "/           6      5  100.0 %",
                "/motd       1      3   60.0 %", "/stock      3      1   20.0 %",
                "/tied       1      1   20.0 %",
                #"{"store":"default","revision":11,"nodes":6,"payloadBytes":5,"subtrees":"#
                    + #"[{"path":"/","nodes":6,"payloadBytes":5}]}"#,
                #"{"store":"default","revision":11,"nodes":3,"payloadBytes":1,"subtrees":"#
                    + #"[{"path":"/stock","nodes":3,"payloadBytes":1},"#
                    + #"{"path":"/stock/wood","nodes":2,"payloadBytes":1},"#
                    + #"{"path":"/stock/wood/oak","nodes":1,"payloadBytes":1}]}"#,
                #"{"store":"default","revision":11,"nodes":6,"payloadBytes":5,"subtrees":"#
                    + #"[{"path":"/","nodes":6,"payloadBytes":5},"#
                    + #"{"path":"/motd","nodes":1,"payloadBytes":3}]}"#,
                "1",
                #"{"revision":4294967307,"nodes":6,"payloadBytes":5,"subtrees":"#
                    + #"[{"path":"/","nodes":6,"payloadBytes":5}]}"#,
            ]
            #expect(run.lines == expected, "\(run.output)\(run.errors)")
        }
    }

    @Test(arguments: [
        ["backup", "-d", "x"], ["backup", "file"], ["restore", "file"], ["snapshot", "inspect"],
        ["restore", "b", "-d", "x", "--name", "n1"],
        ["restore", "b", "-d", "x", "--certs-dir", "c"],
        ["snapshot", "inspect", "file", "-d", "x"], ["snapshot", "inspect", "f", "--store", "x"],
        ["snapshot", "inspect", "file", "--depth", "-1"],
        ["snapshot", "inspect", "f", "--limit", "0"],
        ["snapshot", "inspect", "f", "--path", "relative"],
    ])
    func `wrong arguments are usage`(arguments: [String]) throws {
        #expect(try Program.run(arguments).code == 2)
    }
}
