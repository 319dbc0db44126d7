public import ArgumentParser
import Foundation

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

            COMPLETION
              khepri --generate-completion-script bash > ~/.local/share/bash-completion/completions/khepri
              khepri --generate-completion-script zsh > ~/.zfunc/_khepri
              khepri --generate-completion-script fish > ~/.config/fish/completions/khepri.fish
            """,
        version: version,
        subcommands: [
            PutCommand.self, GetCommand.self, DeleteCommand.self, ListCommand.self,
            TreeCommandLine.self, CountCommand.self, CopyCommand.self, MoveCommand.self,
            WatchCommand.self, LeaseCommandLine.self, LockCommand.self, TriggersCommand.self,
            CallCommand.self, ExecCommand.self, ServeCommand.self, ClusterCommand.self,
            StoresCommand.self, CertificatesCommand.self, ImportCommand.self, ExportCommand.self,
            BackupCommand.self, RestoreCommand.self, SnapshotCommand.self, VerifyCommand.self,
            BenchCommand.self, QuickstartCommand.self,
        ])

    /// The version of the program and the library.
    public static let version = ProgramVersion.text

    /// Makes the program; its arguments are parsed into it.
    public init() {}

    /// Runs the command of the process's arguments and ends the process with its exit code.
    public static func main() async {
        // What a parent ignores is inherited, and many ignore this one, systemd among them.
        signal(SIGPIPE, SIG_DFL)
        StandardStreams.reserve()
        var end = ProgramExit(.done)
        do {
            try await run(ProgramArguments.ofProcess())
        } catch {
            end = ProgramExit(error) ?? parserExit(error)
        }
        do {
            try StandardOutput.flush()
        } catch {
            if end.code == .done { end = ProgramExit(error) ?? end }
        }
        if let message = end.message { StandardStreams.note("khepri: \(message)") }
        Foundation.exit(end.code.rawValue)
    }

    private static func run(_ arguments: [String]) async throws {
        let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
        // The writer is no command for people, and no completion is to offer it.
        var command =
            try arguments.first == WriterCommand.configuration.commandName
            ? WriterCommand.parse(Array(arguments.dropFirst()))
            : parseAsRoot(ProgramArguments.arranged(arguments, commands: commands))
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    /// The exit of an error of the parser: of wrong arguments, or of a request for help.
    private static func parserExit(_ error: any Error) -> ProgramExit {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        guard code == .success else {
            let isUsage = code == .validationFailure
            let message = text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text
            return ProgramExit(isUsage ? .usage : .fault, message.isEmpty ? "\(error)" : message)
        }
        do {
            if !text.isEmpty { try StandardOutput.line(text) }
            return ProgramExit(.done)
        } catch {
            return ProgramExit(error) ?? ProgramExit(.fault)
        }
    }
}
