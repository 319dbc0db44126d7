import ArgumentParser
import KhepriTree

struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Run a command while nobody else has a lock: first come, first served.",
        discussion: """
            The lock is kept as by `khepri lease`, and is the same as a TreeLock of the library. The \
            command finds its fencing token in KHEPRI_TOKEN, a number greater than those of all holders \
            before, and the node that is its place in KHEPRI_LOCK. The exit code is the command's; 1 when \
            the lock was not free with --no-wait.

            EXAMPLES
              khepri lock --endpoint http://127.0.0.1:8080 /locks/backup -- ./backup.sh
              khepri lock --endpoint http://127.0.0.1:8080 /locks/backup --no-wait -- ./backup.sh
            """)

    @Argument(help: "The node of the lock, such as /locks/backup; nothing else may be below it.")
    var path: String

    @Flag(help: "Give up at once if somebody has the lock.")
    var noWait = false

    @OptionGroup var options: LeaseOptions

    func run() async throws {
        let path = try Arguments.path(path)
        try await options.withLease { lease, endpoint in
            let line = LockLine(path: path, store: options.name, endpoint: endpoint)
            let place = try await line.join(lease)
            let isFirst = try await lease.whileKept {
                try await line.waitForTurn(of: place, patient: !noWait)
            }
            guard isFirst else {
                throw ProgramExit(.notFound, "somebody else has the lock \(path)")
            }
            return try await options.run(
                under: lease,
                [("KHEPRI_TOKEN", "\(place.token)"), ("KHEPRI_LOCK", "\(place.path)")])
        }
    }
}
