import Testing

@Suite("Output and input that fail") struct OutputTests {
    /// A store of 20,000 nodes in the directory `s`.
    private func withStore(_ body: (String) throws -> Void) async throws {
        try await Program.withDirectory { directory in
            let script = """
                seq 1 20000 | sed 's/.*/{"op":"put","path":"\\/many\\/n&","value":&}/' > lines; \
                $K import -d s --from lines
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.output == "20000 operations imported\n", "\(run.errors)")
            try body(directory)
        }
    }

    @Test func `a listing that cannot be written does not end as if it were whole`() async throws {
        try await withStore { directory in
            for command in ["list -d s", "get -d s /many/n1", "export -d s --to -", "help put"] {
                let run = try Program.shell("$K \(command) > /dev/full", in: directory)
                #expect(run.code == 5, "\(command)")
                #expect(run.errors.contains("cannot write the output: No space left on device"))
            }
        }
    }

    @Test func `exec ends when its answers cannot be written, though more lines come`()
        async throws
    {
        try await withStore { directory in
            let script = """
                mkfifo pipe; (cat lines; exec sleep 1000) > pipe & S=$!; \
                $K exec -d s < pipe > /dev/full; echo $?; kill -9 $S
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.output == "5\n")
            #expect(run.errors.contains("cannot write the output"))
            #expect(try Program.shell("$K verify -d s", in: directory).code == 0)
        }
    }

    @Test func `a reader that goes away ends the program without noise`() async throws {
        try await withStore { directory in
            for command in [
                "list -d s", "export -d s --to -", "exec -d s < lines",
                "tree -d s --children 20000",
            ] {
                let script = "$K \(command) | head -1 > first; echo ${PIPESTATUS[0]}"
                let run = try Program.shell(script, in: directory)
                #expect(run.output == "141\n", "\(command)")
                #expect(run.errors.isEmpty)
            }
            // As below systemd, and below any program with sockets.
            let ignored = "trap '' PIPE; $K list -d s | head -1 > first; echo ${PIPESTATUS[0]}"
            let run = try Program.shell(ignored, in: directory)
            #expect(run.output == "141\n", "by a parent that ignores the signal")
            #expect(run.errors.isEmpty)
            #expect(try Program.shell("$K verify -d s", in: directory).code == 0)
        }
    }

    @Test func `closed descriptors never stand for a file of the store`() async throws {
        try await withStore { directory in
            for command in [
                "list -d s >&-", "list -d s <&- >&- 2>&-", "put -d s /x 1 <&- >&- 2>&-",
            ] {
                _ = try Program.shell("$K \(command)", in: directory)
                let verify = try Program.shell("$K verify -d s", in: directory)
                #expect(verify.output == "s is whole\n", "\(command): \(verify.output)")
            }
            #expect(try Program.shell("$K list -d s >&-", in: directory).code == 5)
            #expect(try Program.shell("$K exec -d s <&-", in: directory).code == 3)
            #expect(try Program.shell("$K exec -d s < .", in: directory).code == 3)
            #expect(try Program.shell("$K get -d s /x", in: directory).output == "1\n")
        }
    }

    @Test func `an interrupt loses nothing`() async throws {
        try await withStore { directory in
            let script = """
                mkfifo pipe; $K exec -d s < pipe > answers & exec 3> pipe; \
                echo '{"op":"put","path":"/last","value":7}' >&3; until [ -s answers ]; do :; done; \
                kill -INT $!; wait $!; echo $?; $K get -d s /last; $K verify -d s
                """
            let run = try Program.shell("set -m; " + script, in: directory)
            #expect(run.lines.suffix(3) == ["130", "7", "s is whole"], "\(run.errors)")
        }
    }
}
