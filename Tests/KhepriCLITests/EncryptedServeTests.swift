import Foundation
import Testing

@Suite("khepri serve with certificates") struct EncryptedServeTests {
    /// Makes certificates, and the arguments that begin a member with them.
    private static func arguments(
        _ name: String, in directory: String, _ more: String...
    ) -> [String] {
        [
            "serve", "--name", name, "-d", "\(directory)/\(name)", "--https", "127.0.0.1:0",
            "--certs-dir", directory + "/certificates",
        ] + more
    }

    private static func make(_ names: String..., in directory: String) throws {
        let place = ["--certs-dir", directory + "/certificates"]
        #expect(try Program.run(["certificates", "create"] + names + place).code == 0)
    }

    @Test func `clients that show a certificate are served, and no others`() async throws {
        try await Program.withDirectory { directory in
            try Self.make("n1", in: directory)
            let server = try ServerProcess(Self.arguments("n1", in: directory))
            let script = """
                E='--endpoint \(server.endpoint)'; C=certificates; ALL="--certs-dir $C"
                N='--endpoint https://localhost:\(server.port)'
                O='--endpoint https://127.0.0.2:\(server.port)'
                $K put $E $ALL /a 1; echo $?; $K get $N $ALL /a
                $K get $E --ca-file $C/ca.crt --cert-file $C/n1.crt --key-file $C/n1.key /a
                echo '{"op":"get","path":"/a"}' | $K exec $E $ALL; $K stores $E $ALL
                $K watch $E $ALL --since current --limit 1 | sed 's/^[0-9]* //'
                $K put $E --ca-file $C/ca.crt /a 2; echo $?; $K get $E /a; echo $?
                $K cluster status $E --ca-file $C/ca.crt; echo $?
                $K watch $E --ca-file $C/ca.crt --limit 1; echo $?
                $K get --endpoint http://127.0.0.1:\(server.port) /a; echo $?
                $K get $O $ALL /a; echo $?; $K get $E $ALL /a
                """
            let run = try Program.shell(script, in: directory)
            let codes = ["0", "1", "1"]
            #expect(Array(run.lines.prefix(3)) == codes)
            #expect(run.lines.dropFirst(4).prefix(2) == ["default", "present /a = 1"])
            #expect(run.lines.suffix(7) == ["3", "3", "3", "3", "3", "3", "1"], "\(run.output)")
            let reasons = run.errors.split(separator: "\n")
            #expect(reasons.count == 6, "\(run.errors)")
            // Whether the reason or the end of the connection comes first is chance.
            for place in [0, 2, 3] {
                #expect(reasons[place].contains(#/certificate/#), "\(reasons)")
            }
            #expect(reasons[1].contains("no known authority signed it"))
            #expect(server.end() == 0)
        }
    }

    @Test func `the cluster is that of the certificate, and so is the directory for ever`()
        async throws
    {
        try await Program.withDirectory { directory in
            let script = """
                A='--http 127.0.0.1:0 --peer 127.0.0.1:0'; C=certificates
                U=01234567-89ab-cdef-0000-000000000001
                $K certificates create n1 n2 --cluster $U > out
                $K certificates create n1 --certs-dir other > out
                serve() { timeout 20 $K serve "$@" $A > out; echo $?; }
                serve --name n1 -d s --cert-file $C/n2.crt --key-file $C/n2.key --ca-file $C/ca.crt
                serve --name n1 -d s --cert-file $C/n2.crt --key-file $C/n1.key --ca-file $C/ca.crt
                serve --name n1 -d s --cert-file $C/n1.crt --key-file $C/no.key --ca-file $C/ca.crt
                serve --name n1 -d s --cert-file $C/n1.crt --key-file $C/ca.crt --ca-file $C/ca.crt
                serve --name n1 -d s --cert-file $C/n1.crt --key-file $C/n1.key --ca-file $C/n1.key
                serve --name n1 -d s --cert-file $C/n1.key --key-file $C/n1.key --ca-file $C/ca.crt
                serve --name n1 -d s --cert-file $C/n1.crt --key-file $C/n1.key --ca-file other/ca.crt
                serve --name client -d s --certs-dir $C; ls s 2> /dev/null; echo nothing was made
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == Array(repeating: "3", count: 8) + ["nothing was made"])
            let reasons = run.errors.split(separator: "\n")
            let says = [
                "certificates/n2.crt: expected the certificate of n1, khepri://CLUSTER/",
                "certificates/n1.key: the key does not belong to the certificate",
                "certificates/no.key: cannot open: No such file",
                "certificates/ca.crt: expected a private key in PEM form",
                "certificates/n1.key: expected the certificates of authorities in PEM form",
                "certificates/n1.key: expected a certificate in PEM form",
                "certificates/n1.crt: no authority in other/ca.crt signed the certificate",
                "certificates/client.crt: no authority in certificates/ca.crt signed",
            ]
            #expect(reasons.count == says.count, "\(run.errors)")
            for (reason, words) in zip(reasons, says) { #expect(reason.contains(words)) }

            let first = try ServerProcess(
                Self.arguments("n1", in: directory, "--peer", "127.0.0.1:0"))
            let place = [
                "--endpoint", first.endpoint, "--certs-dir", directory + "/certificates",
            ]
            let status = try Program.run(["cluster", "status", "--format", "json"] + place)
            #expect(status.output.contains(#""cluster":"0123456789abcdef0000000000000001""#))
            #expect(first.end() == 0)
            var moved = Self.arguments("n1", in: directory, "--peer", "127.0.0.1:0")
            moved[moved.count - 3] = directory + "/other"
            let refused = try Program.run(moved)
            #expect(refused.code == 3)
            #expect(refused.errors.contains("the member that the data directory belongs to"))
        }
    }

    @Test func `addresses that others reach are served with certificates only`() async throws {
        try await Program.withDirectory { directory in
            try Self.make("n1", in: directory)
            let certificates = ["--certs-dir", directory + "/certificates"]
            let member = ["serve", "--name", "n1", "-d", directory + "/n1"]
            let plain = try Program.run(member + certificates + ["--http", "0.0.0.0:0"])
            #expect(plain.code == 4)
            let peers = try Program.run(member + ["--http", "127.0.0.1:0", "--peer", "0.0.0.0:0"])
            #expect(peers.code == 4)
            #expect(peers.errors.contains("certificates and --https"))
            let bare = try Program.run(member + ["--https", "0.0.0.0:0"])
            #expect(bare.code == 2)
            let server = try ServerProcess(
                member + certificates + ["--https", "0.0.0.0:0", "--peer", "0.0.0.0:0"])
            let count = try Program.run(
                ["count", "--endpoint", "https://127.0.0.1:" + server.port] + certificates)
            #expect(count.output == "0\n", "\(count.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `a member whose certificate another authority signed stays out`() async throws {
        try await Program.withDirectory { directory in
            let script = """
                U=01234567-89ab-cdef-0000-000000000001
                $K certificates create n1 n2 --cluster $U && \
                $K certificates create n2 --cluster $U --certs-dir foreign
                """
            #expect(try Program.shell(script, in: directory).code == 0)
            let member = { (name: String, certificates: String) in
                [
                    "serve", "--name", name, "-d", "\(directory)/\(name)", "--http", "127.0.0.1:0",
                    "--peer", "127.0.0.1:0", "--certs-dir", "\(directory)/\(certificates)",
                ]
            }
            let file = directory + "/n1.log"
            let first = try ServerProcess(member("n1", "certificates"), log: file)
            #expect(try Program.run("put", "--endpoint", first.endpoint, "/a", "1").code == 0)
            // It is added, but nobody speaks to it.
            let foreign = try ServerProcess(
                member("n2", "foreign") + ["--join", first.endpoint], log: directory + "/n2.log")
            let said = { try String(contentsOfFile: file, encoding: .utf8) }
            let words = ["no connection to a peer", "no known authority signed it"]
            var log = ""
            for _ in 0..<200 where !words.allSatisfy(log.contains) {
                usleep(50_000)
                log = try said()
            }
            for word in words { #expect(log.contains(word), "\(log)") }
            let status = try Program.run("cluster", "members", "--endpoint", first.endpoint)
            #expect(status.output.contains(#/n2 +joining/#), "\(status.output)")
            #expect(try Program.run("put", "--endpoint", first.endpoint, "/a", "2").code == 0)
            #expect(foreign.end(SIGKILL) == SIGKILL)
            // With the right one it is the member that was added.
            let own = try ServerProcess(member("n2", "certificates") + ["--join", first.endpoint])
            let get = try Program.run("get", "--endpoint", own.endpoint, "/a")
            #expect(get.output == "2\n", "\(get.errors)")
            #expect(own.end() == 0)
            #expect(first.end() == 0)
        }
    }

    @Test func `a renewed certificate is shown without a restart`() async throws {
        try await Program.withDirectory { directory in
            try Self.make("n1", in: directory)
            let server = try ServerProcess(Self.arguments("n1", in: directory))
            // By another implementation of TLS; it prints how many days the end has moved.
            let script = """
                cat > ends.py <<'END'
                import socket, ssl, subprocess, sys, time
                context = ssl.create_default_context(cafile="certificates/ca.crt")
                context.load_cert_chain("certificates/client.crt", "certificates/client.key")
                def end():
                    with socket.create_connection(("127.0.0.1", \(server.port))) as plain:
                        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secret:
                            return ssl.cert_time_to_seconds(secret.getpeercert()["notAfter"])
                before = end()
                subprocess.run([sys.argv[1], "certificates", "renew", "n1", "--days", "30"])
                for _ in range(300):
                    if end() != before: break
                    time.sleep(0.1)
                print(round((before - end()) / 86400))
                END
                python3 ends.py "$K"
                """
            let run = try Program.shell(script, in: directory)
            #expect(
                run.lines == ["wrote certificates/n1.crt", "335"], "\(run.output)\(run.errors)")
            #expect(server.end() == 0)
        }
    }
}
