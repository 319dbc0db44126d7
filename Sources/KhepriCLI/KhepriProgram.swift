public import ArgumentParser

/// The program `khepri`.
public struct KhepriProgram: AsyncParsableCommand {
    /// Name, help and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "khepri",
        abstract: "A tree-structured, durable database in a directory.",
        discussion: """
            Exit codes: 0 done; 1 not found, or a condition is false; 2 usage; 3 the store cannot be \
            opened; 4 refused; 5 fault; 6 the outcome is unknown.

            EXAMPLES
              khepri put --data-dir shop /stock/wood/oak 150
              khepri get --data-dir shop /stock/wood/oak
              khepri list --data-dir shop '/stock/**'
              khepri quickstart
            """,
        version: version,
        subcommands: [
            PutCommand.self, GetCommand.self, DeleteCommand.self, ListCommand.self,
            TreeCommandLine.self, CountCommand.self, CopyCommand.self, MoveCommand.self,
            ExecCommand.self, ImportCommand.self, ExportCommand.self, VerifyCommand.self,
            BenchCommand.self, QuickstartCommand.self, WriterCommand.self,
        ])

    /// The version of the program and the library.
    public static let version = "0.1.0"

    /// Makes the program; its arguments are parsed into it.
    public init() {}

    /// Runs the command of the process's arguments and ends the process with its exit code.
    public static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            (ProgramExit(error) ?? parserExit(error)).end()
        }
    }

    /// The exit of an error of the parser: of wrong arguments, or of a request for help.
    private static func parserExit(_ error: any Error) -> ProgramExit {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        guard code == .success else {
            let isUsage = code == .validationFailure
            return ProgramExit(isUsage ? .usage : .fault, text.isEmpty ? "\(error)" : text)
        }
        if !text.isEmpty { print(text) }
        return ProgramExit(.done)
    }
}
