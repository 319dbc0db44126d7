import ArgumentParser
import Khepri

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a closed store and say what is wrong and where.",
        discussion: """
            Reads the log and the snapshots without changing anything, recovers the stores in memory and \
            compares their state hashes. Ends with 5 when something is damaged.

            EXAMPLES
              khepri verify -d shop
            """)

    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the store.")
    var dataDirectory: String

    func run() async throws {
        let report = try await StoreHost.verify(at: dataDirectory)
        for line in report.summary { print(line) }
        for finding in report.findings { print("\(finding.file): \(finding.message)") }
        guard report.findings.isEmpty else {
            throw ProgramExit(.fault, "\(report.findings.count) findings in \(dataDirectory)")
        }
        print("everything is whole")
    }
}
