import Foundation
import Khepri
import Testing

@testable import KhepriCLI

/// The command against a server in this process, which has procedures as a program of a user has.
@Suite("khepri call") struct CallTests {
    /// Serves a store in memory with a procedure, for as long as `body` takes.
    private func serving(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        try await ServedStore.serving { store, endpoint in
            store.register(
                try Procedure("double", version: 3) { (transaction, number: Int) in
                    try transaction.put(number * 2, at: "/last")
                    return number * 2
                })
            try await body(endpoint)
        }
    }

    @Test func `a procedure answers, and what there is is listed`() async throws {
        try await Program.withDirectory { directory in
            try await serving { endpoint in
                let script = """
                    E=\(endpoint); $K call --endpoint $E double 21; \
                    $K call --endpoint $E double 4 --version 3; $K call --endpoint $E; \
                    $K get --endpoint $E /last; $K call --endpoint $E triple 1; echo $?; \
                    $K call --endpoint $E double '"x"'; echo $?; $K call --endpoint $E double '{'; \
                    echo $?; $K call --endpoint $E double 1 --version 0; echo $?
                    """
                let run = try Program.shell(script, in: directory)
                #expect(
                    run.lines == [
                        "42", "8", #"{"name":"double","versions":[3]}"#, "8", "1", "2", "2", "2",
                    ], "\(run.output) \(run.errors)")
                #expect(run.errors.contains("this member has no procedure triple, it has double"))
            }
        }
    }
}
