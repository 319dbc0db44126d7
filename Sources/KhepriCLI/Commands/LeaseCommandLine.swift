import ArgumentParser

struct LeaseCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease",
        abstract: "Run a command under a lease: the nodes it keeps are there while the command is.",
        discussion: """
            The command finds the lease in KHEPRI_LEASE. When it ends, by itself or by a signal, or when \
            this process is killed or cut off for the time to live, all nodes that were put with the \
            lease vanish together. The exit code is the command's. Where the server is a member of a \
            cluster, another one is asked when it does not answer; when none has answered for 7 tenths \
            of the time to live, the command is sent SIGTERM, and after 9 tenths SIGKILL.

            EXAMPLES
              khepri lease --endpoint http://127.0.0.1:8080 -- sh -c \\
                'khepri put --endpoint http://127.0.0.1:8080 --lease $KHEPRI_LEASE /workers/7 1; work'
            """)

    @OptionGroup var options: LeaseOptions

    func run() async throws {
        try await options.withLease { lease, _ in try await options.run(under: lease) }
    }
}
