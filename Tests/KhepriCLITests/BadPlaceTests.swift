import Foundation
import Testing

@Suite("Bad places") struct BadPlaceTests {
    @Test(arguments: ["missing", "empty", "file", "foreign"])
    func `reading where no store is ends with 3 and makes none`(kind: String) async throws {
        try await Program.withDirectory { directory in
            let place = directory + "/place"
            let files = FileManager.default
            if kind == "file" { try Data().write(to: URL(fileURLWithPath: place)) }
            if kind == "empty" || kind == "foreign" {
                try files.createDirectory(atPath: place, withIntermediateDirectories: false)
            }
            if kind == "foreign" { try Data().write(to: URL(fileURLWithPath: place + "/x")) }
            let commands = [
                ["get", "/a"], ["list"], ["tree"], ["count"], ["delete", "/a"], ["verify"],
                ["copy", "/a", "/b"], ["move", "/a", "/b"], ["export", "--to", directory + "/out"],
                ["backup", directory + "/out"], ["snapshot", "inspect"],
            ]
            for command in commands {
                let run = try Program.run(command + ["-d", place])
                #expect(run.code == 3, "\(command): \(run.errors)")
                #expect(run.errors.contains(place))
            }
            #expect(!files.fileExists(atPath: directory + "/out"))
            let left = try? files.contentsOfDirectory(atPath: place)
            #expect((left ?? []) == (kind == "foreign" ? ["x"] : []))
            guard kind == "file" || kind == "foreign" else { return }
            #expect(try Program.run("put", "-d", place, "/a", "1").code == 3)
        }
    }

    @Test func `a store that is not in the directory ends with 3 and is not made`() async throws {
        try await Program.withDirectory { directory in
            let place = directory + "/store"
            #expect(try Program.run("put", "-d", place, "--store", "one", "/a", "1").code == 0)
            let run = try Program.run("get", "-d", place, "--store", "two", "/a")
            #expect(run.code == 3)
            #expect(run.errors.contains("there is no store 'two'"))
            #expect(run.errors.contains("found one"))
        }
    }

    @Test func `a link to the directory is as good as the directory`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K put -d real /a 1 && ln -s real link && $K get -d link /a && \
                $K put -d link /b 2 && $K get -d real /b && $K verify -d link
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.output == "1\n2\nlink is whole\n", "\(run.errors)")
        }
    }

    @Test func `two processes at once are refused, with the number of the first`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K put -d s /a 1; mkfifo pipe; $K exec -d s < pipe > answer & \
                exec 3> pipe; echo '{"op":"get","path":"/a"}' >&3; \
                until [ -s answer ]; do :; done; \
                for c in 'get /a' 'put /b 2' verify; do $K $c -d s; echo $?; done; \
                exec 3>&-; wait; $K get -d s /a; echo $!
                """
            let run = try Program.shell(script, in: directory)
            let lines = run.lines
            #expect(Array(lines.prefix(4)) == ["3", "3", "3", "1"], "\(run.errors)")
            #expect(run.errors.contains("process \(lines.last ?? "none") has the directory open"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to become somebody else"))
    func `a directory without rights ends with 3 and names the file`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                chmod 755 . ; $K put -d s /a 1; N='setpriv --reuid 65534 --regid 65534 --clear-groups'; \
                for m in 700 755; do chmod $m s; for c in 'get /a' 'put /a 2' verify; do \
                $N $K $c -d s; echo $?; done; done; $N $K put -d new /a 1; echo $?; $K get -d s /a
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == [String](repeating: "3", count: 7) + ["1"])
            #expect(run.errors.contains("Permission denied"))
            #expect(run.errors.contains("s/lock"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to mount a small disk"))
    func `on a full disk a write is refused, reads and deletes go on, nothing is lost`()
        async throws
    {
        try await Program.withDirectory { directory in
            let script = """
                mkdir disk && mount -t tmpfs -o size=6m none disk || exit 99; \
                head -c 1000000 /dev/zero > big; $K put -d disk/s /a 1; \
                for i in 1 2 3 4 5 6; do $K put -d disk/s /big$i --bytes-from big; r=$?; \
                case $r in 0) kept="$kept /big$i";; 4|6) full=1;; *) echo "code $r";; esac; done; \
                [ -n "$full" ] && echo full; for n in $kept; do $K get -d disk/s $n > x || echo lost; \
                done; $K get -d disk/s /a; $K delete -d disk/s /big1; echo $?; $K verify -d disk/s; \
                umount disk
                """
            let run = try Program.shell(script, in: directory)
            guard run.code != 99 else { return }
            #expect(
                run.lines == ["full", "1", "0", "disk/s is whole"], "\(run.output)\(run.errors)")
            #expect(run.errors.contains("the disk is full"))
        }
    }
}
