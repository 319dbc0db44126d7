import Foundation
import Testing

@Suite("khepri import, all or nothing, and elsewhere") struct ImportOptionTests {
    /// Lines that work but for the third.
    private static let failing = """
        printf '%s\\n' '{"op":"put","path":"/a","value":1}' '{"op":"put","path":"/b","value":2}' \
        '{"op":"create","path":"/there","value":3}' '{"op":"put","path":"/d","value":4}' > lines
        """

    @Test func `an atomic import is refused as a whole and names the operation`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.failing); $K put -d s /there 0; $K export -d s --to before.jsonl > x
                $K import -d s --from lines --atomic; echo $?; $K export -d s --to after.jsonl > x
                cmp before.jsonl after.jsonl && echo same; $K delete -d s /there
                $K import -d s --from lines --atomic; $K count -d s '/*'
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["4", "same", "4 operations imported", "4"], "\(run.output)")
            #expect(run.errors.contains("operation 3, /there: the store refuses it"))
            #expect(run.errors.contains("nothing was imported"))
        }
    }

    @Test(arguments: ["", "--atomic"])
    func `nodes may stand before those that keep them, also in a circle`(way: String) async throws {
        try await Program.withDirectory { directory in
            let put = { (name: String, on: String) in
                #"'{"op":"put","path":"/NAME","value":1,"keepWhile":[["/ON",{"exists":true}]]}'"#
                    .replacingOccurrences(of: "NAME", with: name)
                    .replacingOccurrences(of: "ON", with: on)
            }
            let script = """
                printf '%s\\n' \(put("a", "b")) '{"op":"put","path":"/b","value":1}' > before
                printf '%s\\n' \(put("a", "b")) \(put("b", "a")) > circle
                printf '%s\\n' \(put("a", "none")) '{"op":"put","path":"/b","value":1}' > missing
                for f in before circle; do $K import -d $f.s --from $f \(way); $K delete -d $f.s /b
                $K count -d $f.s '/*'; done; $K import -d m --from missing \(way); echo $?
                """
            let run = try Program.shell(script, in: directory)
            let lines = run.lines.filter { $0.contains("imported") || Int($0) != nil }
            let each = ["2 operations imported", "0"]
            #expect(lines == each + each + ["4"], "\(run.output)\(run.errors)")
            #expect(run.errors.contains("/a: the store refuses it"), "\(run.errors)")
            #expect(run.errors.contains("expected that all its keep-while conditions hold"))
        }
    }

    @Test func `an import in pieces says how far it came, and goes on when run again`()
        async throws
    {
        try await Program.withDirectory { directory in
            let script = """
                \(Self.failing); $K put -d s /there 0; $K import -d s --from lines; echo $?
                $K delete -d s /there; $K import -d s --from lines; $K count -d s '/*'
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["4", "4 operations imported", "4"], "\(run.output)")
            #expect(run.errors.contains("2 operations imported before the error"))
            #expect(run.errors.contains("/there"), "\(run.errors)")
        }
    }

    @Test func `a server takes an atomic import, and one over the limit is refused at once`()
        async throws
    {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let script = """
                E='--endpoint \(server.endpoint)'; \(Self.failing); $K put $E /there 0
                $K import $E --from lines --atomic; echo $?; $K count $E '/*'; $K delete $E /there
                $K import $E --from lines --atomic; $K count $E '/*'
                for n in $(seq 10001); do echo '{"op":"put","path":"/n'$n'","value":1}'; done > many
                $K import $E --from many --atomic; echo $?; $K count $E '/*'
                head -10000 many > most; $K import $E --from most --atomic; $K count $E '/*'
                """
            let run = try Program.shell(script, in: directory)
            let expected = [
                "4", "1", "4 operations imported", "4", "4", "4", "10000 operations imported",
                "10004",
            ]
            #expect(run.lines == expected, "\(run.output)\(run.errors)")
            #expect(run.errors.contains("at most 10000 operations in an atomic import"))
            #expect(server.end() == 0)
        }
    }

    @Test func `a command that is too large is refused, and nothing is imported`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let script = """
                V=$(head -c 1000000 /dev/zero | tr '\\0' a)
                for n in $(seq 17); do echo '{"op":"put","path":"/n'$n'","value":"'$V'"}'; done > large
                for P in '-d s' '--endpoint \(server.endpoint)'; do
                $K put $P /a 1; $K import $P --from large --atomic; echo $?; $K count $P '/*'; done
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines.count == 4 && run.lines[1] == "1" && run.lines[3] == "1")
            #expect(!["0", "6"].contains(run.lines[0]), "\(run.output)\(run.errors)")
            #expect(run.lines[0] == run.lines[2], "\(run.output)\(run.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `a subtree is imported elsewhere, with what its conditions name`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K put -d s /stock/oak 1; $K put -d s /other 2
                printf '%s\\n' \
                '{"op":"put","path":"/stock/tied","value":3,"keepWhile":[["/stock/oak",{"exists":true}]]}' \
                '{"op":"copy","from":"/stock/oak","path":"/stock/ash"}' > more
                $K exec -d s < more > x; $K export -d s --to stock.jsonl /stock > x
                $K import -d t --from stock.jsonl --below /stock /goods/all
                $K list -d t; $K delete -d t /goods/all/oak; $K list -d t
                $K import -d u --from more --below /stock /stock; echo $?
                $K import -d v --from stock.jsonl /under --dry-run | grep -c '"/under/stock/'
                """
            let run = try Program.shell(script, in: directory)
            let expected = [
                "4 operations imported", "/goods", "/goods/all", "/goods/all/ash = 1",
                "/goods/all/oak = 1", "/goods/all/tied = 3", "/goods", "/goods/all",
                "/goods/all/ash = 1", "4", "4",
            ]
            #expect(run.lines == expected, "\(run.output)\(run.errors)")
        }
    }

    @Test(arguments: [
        #"{"op":"put","path":"/stocks/a","value":1}"#, #"{"op":"put","path":"/","value":1}"#,
        #"{"op":"deleteMany","path":"/*/a"}"#,
        #"{"op":"copy","from":"/other","path":"/stock/a"}"#,
        #"{"op":"put","path":"/stock/a","value":1,"keepWhile":[["/other",{"exists":true}]]}"#,
    ])
    func `what names a node outside of the subtree is refused with its line`(line: String)
        async throws
    {
        try await Program.withDirectory { directory in
            let good = #"{"op":"put","path":"/stock/good","value":1}"#
            try "\(good)\n\(line)\n".write(
                toFile: directory + "/lines", atomically: true, encoding: .utf8)
            let run = try Program.shell(
                "$K import -d s --from lines --below /stock /goods; echo $?; ls", in: directory)
            #expect(run.lines == ["2", "lines"], "\(run.output)")
            #expect(run.errors.contains("line 2: expected nodes at or below /stock"))
        }
    }

    @Test func `a difference is shown, made, and gone`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/served")
            let script = """
                printf '%s\\n' '{"op":"put","path":"/a/same","value":1}' \
                '{"op":"put","path":"/a/new/one","value":2}' '{"op":"put","path":"/a/other","value":3}' \
                '{"op":"put","path":"/a/tied","value":4,"keepWhile":[["/motd",{"exists":true}]]}' > lines
                for P in '-d s' '--endpoint \(server.endpoint)'; do
                for n in motd a/same a/other a/tied a/old/x a/old/y; do $K put $P /$n 1; done
                $K import $P --from lines /a --below /a --diff
                $K import $P --from lines /a --below /a --diff --delete
                $K count $P '/**'; $K import $P --from lines /a --below /a --delete --atomic
                $K import $P --from lines /a --below /a --delete --diff; $K list $P; done
                $K import -d s --from lines --delete; $K list -d s
                echo '{"op":"delete","path":"/a"}' > other; $K import -d s --from other --delete; echo $?
                $K import -d s --from lines --delete --dry-run; echo $?
                """
            let run = try Program.shell(script, in: directory)
            let listed = [
                "/a", "/a/new", "/a/new/one = 2", "/a/other = 3", "/a/same = 1", "/a/tied = 4",
            ]
            let changed = ["+ /a/new/one", "~ /a/other", "~ /a/tied"]
            let each =
                changed + ["1 added, 2 changed, 1 the same, 0 removed"]
                + ["+ /a/new/one", "- /a/old", "~ /a/other", "~ /a/tied"]
                + ["1 added, 2 changed, 1 the same, 1 removed", "8", "5 operations imported"]
                + ["0 added, 0 changed, 4 the same, 0 removed"] + listed + ["/motd = 1"]
            // Without /motd what is tied to it goes too.
            let end = ["5 operations imported"] + listed.dropLast() + ["2", "2"]
            #expect(run.lines == each + each + end, "\(run.output)\(run.errors)")
            #expect(run.errors.contains("line 1: expected only puts"))
            #expect(server.end() == 0)
        }
    }

    @Test func `a path that gets too deep is refused, and one of 64 levels is not`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                for n in 63 64; do P=$(printf '/d%.0s' $(seq $n)); \
                echo '{"op":"put","path":"'$P'","value":1}' > $n
                $K import -d s --from $n /x; echo $?; done
                mkdir files; $K import -d s --from files --below /x /y; echo $?
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["1 operation imported", "0", "2", "2"], "\(run.output)")
            #expect(run.errors.contains("line 1: expected at most 64 components"))
        }
    }
}
