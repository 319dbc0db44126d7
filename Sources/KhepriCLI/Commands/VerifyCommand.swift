import ArgumentParser
import Khepri
import RaftStorage

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a closed store and say what is wrong and where.",
        discussion: """
            Reads the log and the snapshots and changes nothing. What a crash leaves behind is a note, \
            what the next opening makes up for a warning; with damage, the command ends with 5.

            EXAMPLES
              khepri verify -d shop
            """)

    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the store.")
    var dataDirectory: String

    func run() async throws {
        let findings = try await StoreHost.verify(at: dataDirectory)
        for finding in findings { try StandardOutput.line(finding.description) }
        let damageCount = findings.count { $0.severity == .damage }
        guard damageCount == 0 else {
            throw ProgramExit(
                .fault, "\(dataDirectory) is damaged in \(Counted(damageCount, "place"))")
        }
        try StandardOutput.line("\(dataDirectory) is whole")
    }
}
