import Foundation
import Khepri
import Testing

@testable import KhepriCLI

@Suite("khepri lease and khepri lock") struct LeaseCommandTests {
    @Test func `nodes are there while the command is, which finds the lease and gives the code`()
        async throws
    {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let script = """
                E=\(server.endpoint); export E K; $K lease --endpoint $E --ttl 1 -- sh -c '\
                $K put --endpoint $E --lease $KHEPRI_LEASE /workers/7 1; sleep 2; \
                $K get --endpoint $E /workers/7; exit 3'; echo $?; \
                $K get --endpoint $E /workers/7 || echo gone
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["1", "3", "gone"], "\(run.output) \(run.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `one holds the lock at a time, in the order in which they came`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let script = """
                E=\(server.endpoint); for i in 1 2 3 4; do \
                $K lock --endpoint $E /lock -- sh -c "echo in $i; sleep 0.4; echo out $i; \
                echo \\$KHEPRI_TOKEN >> tokens" & \
                until [ "$($K count --endpoint $E '/lock/*')" = $i ] || [ -s tokens ]; do :; done; \
                done; $K lock --endpoint $E /lock --no-wait -- echo never; echo $?; wait; \
                sort -n tokens | cmp - tokens && echo ascending
                """
            let run = try Program.shell(script, in: directory)
            let turns = run.lines.filter { $0.hasPrefix("in ") || $0.hasPrefix("out ") }
            #expect(turns == (1...4).flatMap { ["in \($0)", "out \($0)"] }, "\(run.output)")
            #expect(run.lines.contains("1") && run.lines.last == "ascending", "\(run.output)")
            #expect(run.errors.contains("somebody else has the lock /lock"), "\(run.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `programs with the library stand in the same line`() async throws {
        try await Program.withDirectory { directory in
            try await ServedStore.serving { store, endpoint in
                let lease = try await store.lease(timeToLive: .seconds(30))
                let hold = try await TreeLock(store, at: "/lock").acquire(lease: lease)
                let run = Task {
                    try Program.shell(
                        "$K lock --endpoint \(endpoint) /lock -- sh -c 'echo $KHEPRI_TOKEN'",
                        in: directory)
                }
                while try await store.count(matching: "/lock/*") < 2 {
                    try await Task.sleep(for: .milliseconds(10))
                }
                try await store.put(1, at: "/before")
                let before = try #require(await store.node(at: "/before", as: Int.self))
                try await hold.release()
                let token = try await #require(UInt64(run.value.lines.first ?? ""))
                #expect(token > hold.token.rawValue)
                #expect(token < before.createdRevision.rawValue, "it came before it had its turn")
            }
        }
    }

    @Test func `a signal is the command's, and who waits is gone with it`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let script = """
                E=\(server.endpoint); $K lock --endpoint $E /lock -- \
                sh -c 'trap "exit 9" TERM; echo up; sleep 60 & wait' > held & H=$!; \
                until [ -s held ]; do sleep 0.05; done; \
                $K lock --endpoint $E /lock -- echo never & W=$!; \
                until [ "$($K count --endpoint $E '/lock/*')" = 2 ]; do :; done; \
                kill $W; wait $W; echo $?; $K count --endpoint $E '/lock/*'; \
                kill $H; wait $H; echo $?; $K count --endpoint $E '/lock/*'
                """
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["143", "1", "9", "0"], "\(run.output) \(run.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `a command gets the standard streams and nothing else that is open`() async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let command = "$K lock --endpoint \(server.endpoint) /lock --"
            let run = try Program.shell(
                "echo read | \(command) sh -c 'cat; ls /proc/self/fd'", in: directory)
            // The fourth is the directory that is listed.
            #expect(run.lines == ["read", "0", "1", "2", "3"], "\(run.errors)")
            #expect(server.end() == 0)
        }
    }

    @Test func `a command whose lease cannot be kept is ended before another begins`() async throws
    {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let script = """
                $K lock --endpoint \(server.endpoint) --ttl 2 /lock -- \
                sh -c 'trap "" TERM; echo up; while :; do sleep 0.05; done' > held & H=$!; \
                until [ -s held ]; do sleep 0.05; done; kill -STOP \(server.pid); wait $H; echo $?
                """
            let start = ContinuousClock.now
            let run = try Program.shell(script, in: directory)
            #expect(run.lines == ["137"], "\(run.output) \(run.errors)")
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(run.errors.contains("the lease cannot be kept; the command is to end"))
            #expect(server.end(SIGKILL) == SIGKILL)
        }
    }

    @Test(arguments: [
        ("lock --endpoint E /lock", 2, "expected a command behind --"),
        ("lock --endpoint E lock -- true", 2, "'lock': expected a path"),
        ("lock --endpoint E /lock --ttl 0 -- true", 2, "--ttl from 1 to 86400 seconds, found 0"),
        ("lock --endpoint E /lock -- /no/such", 127, "cannot run '/no/such'"),
        ("lock --endpoint E /lock -- /etc", 126, "cannot run '/etc'"),
        ("lease --endpoint E --ttl x -- true", 2, "--ttl"),
        ("lease --endpoint E --store none -- true", 3, "there is no store"),
        ("lease --endpoint http://127.0.0.1:1 -- true", 3, "cannot reach"),
        ("lease -- true", 2, "--endpoint"),
        ("put --endpoint E --lease 12 /a 1", 2, "32 digits of a lease"),
        ("put --endpoint E --lease 00000000000000000000000000000001 /a 1", 1, "a lease that lives"),
    ])
    func `a mistake is named, and nothing is left`(
        command: String, code: Int32, message: String
    ) async throws {
        try await Program.withDirectory { directory in
            let server = try ServerProcess(directory + "/s")
            let words = command.replacing("E ", with: "\(server.endpoint) ")
            let run = try Program.shell("timeout 20 $K \(words)", in: directory)
            #expect(run.code == code, "\(run.errors)")
            #expect(run.errors.contains(message), "\(run.errors)")
            let count = try Program.run("count", "--endpoint", server.endpoint, "/**")
            #expect(count.output == "0\n")
            #expect(server.end() == 0)
        }
    }
}
