import Foundation
import KhepriCluster
import RaftCore
import RaftTransport
import Testing

@testable import KhepriCLI

@Suite("khepri certificates") struct CertificatesTests {
    private static func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test func `an authority, members and a client are made, which only their owner may read`()
        async throws
    {
        try await Program.withDirectory { directory in
            let run = try Program.shell("umask 0; $K certificates create n1 n2", in: directory)
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.lines.count == 4)
            let place = directory + "/certificates"
            #expect(
                try Self.names(place) == [
                    "ca.crt", "ca.key", "client.crt", "client.key", "n1.crt", "n1.key", "n2.crt",
                    "n2.key",
                ])
            let modes = try Program.shell("stat -c %a certificates certificates/*", in: directory)
            #expect(Set(modes.lines.dropFirst()) == ["600"])
            #expect(modes.lines.first == "700")
            let list = try Program.run("certificates", "list", "--certs-dir", place)
            #expect(list.lines.count == 5)
            #expect(list.lines[3].contains("n1 localhost 127.0.0.1 ::1 khepri://"))
        }
    }

    @Test func `nothing is overwritten, and a later member is of the same cluster`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K certificates create n1 > out && sha256sum certificates/* > before
                $K certificates create n2 n1; echo $?
                $K certificates create client; echo $?; $K certificates create ca; echo $?
                $K certificates create n2 --cluster 01234567-89ab-cdef-0000-000000000001; echo $?
                sha256sum certificates/* | diff - before && echo unchanged
                $K certificates create n2 --host n2.example.org --host 10.0.0.2 --host fd00::2
                $K certificates create --client alice && $K certificates list
                """
            let run = try Program.shell(script, in: directory)
            #expect(Array(run.lines.prefix(5)) == ["4", "4", "4", "4", "unchanged"])
            #expect(run.errors.contains("there is a certificate of n1 in certificates already"))
            #expect(run.output.contains("n2.example.org 10.0.0.2 fd00::2"))
            #expect(run.output.contains("alice@"))
            let clusters = run.output.matches(of: #/khepri://([0-9a-f-]+)/#).map(\.output.1)
            #expect(clusters.count == 3)
            #expect(Set(clusters).count == 1)
        }
    }

    @Test func `an authority for a cluster and a member that are there already`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K certificates create n1 --cluster 0123456789abcdef0000000000000001 \
                --member 1-0123456789abcdef0123456789abcdef > out && $K certificates list
                """
            let run = try Program.shell(script, in: directory)
            #expect(
                run.output.contains("khepri://01234567-89ab-cdef-0000-000000000001/1\n"),
                "\(run.output)\(run.errors)")
        }
    }

    @Test func `a renewed certificate has the same key and names, and another end`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K certificates create n1 --host a.example.org > out && cp -r certificates before
                $K certificates renew n1 client --days 30 > out && ls certificates
                cmp before/n1.key certificates/n1.key; cmp before/ca.crt certificates/ca.crt
                $K certificates list; $K certificates renew ca; echo $?
                $K certificates renew n9; echo $?
                """
            let run = try Program.shell(script, in: directory)
            #expect(!run.output.contains("tmp"))
            #expect(!run.errors.contains("differ"), "\(run.errors)")
            #expect(run.output.contains("a.example.org"))
            #expect(run.lines.suffix(2) == ["2", "3"])
            #expect(run.errors.contains("certificates/n9.crt: cannot open: No such file"))
            let ends = try ["before", "certificates"].map { place in
                let certificates = CertificateDirectory(path: "\(directory)/\(place)")
                let files = try CertificateFiles(reading: certificates.files(of: "n1"))
                let now = Int(Date.now.timeIntervalSince1970)
                return try files.settings(of: certificates.files(of: "n1"), at: now).end - now
            }
            #expect(abs(ends[0] - 365 * 86_400) < 3_600)
            #expect(abs(ends[1] - 30 * 86_400) < 3_600)
        }
    }

    @Test(arguments: [
        (["create"], "<names>"), (["create", "a/b"], "letters"),
        (["create", "n1", "n1"], "different"),
        (["create", "n1", "--days", "0"], "1 to 3650"),
        (["create", "n1", "--cluster", "x"], "expected a UUID"),
        (["create", "n1", "n2", "--member", "1-0"], "the name of one member"),
        (["create", "n1", "--member", "x"], "expected an identifier"),
    ])
    func `a mistake ends with 2 and makes nothing`(arguments: [String], says: String) async throws {
        try await Program.withDirectory { directory in
            let place = directory + "/c"
            let run = try Program.run(["certificates"] + arguments + ["--certs-dir", place])
            #expect(run.code == 2)
            #expect(run.errors.contains(says), "\(run.errors)")
            #expect(!FileManager.default.fileExists(atPath: place + "/n1.crt"))
        }
    }

    @Test func `a directory whose authority is none of a cluster is refused`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                $K certificates create n1 > out; cd certificates
                cp n1.crt ca.crt; cp n1.key ca.key; $K certificates create n2 --certs-dir .; echo $?
                echo x > ca.crt; $K certificates create n2 --certs-dir .; echo $?
                rm ca.crt ca.key; echo > ca.crt; $K certificates create n2 --certs-dir .; echo $?
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["3", "3", "3"])
            #expect(run.errors.contains("expected the authority of a cluster, khepri://CLUSTER"))
            #expect(run.errors.contains("./ca.crt: expected a certificate in PEM form"))
            #expect(run.errors.contains("./ca.key: cannot open: No such file"))
        }
    }
}
