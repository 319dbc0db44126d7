import Khepri
import Logging

/// What the program says beside its output: on the standard error, never on the standard output.
enum Diagnostics {
    /// Warnings and errors of the library, on the standard error.
    private static var logger: Logger {
        var logger = Logger(label: "khepri", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        return logger
    }

    /// How every command opens a host: it warns, and shows how far a long recovery has come.
    static var configuration: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.logger = logger
        configuration.recoveryProgress = ProgressLine.recovery()
        return configuration
    }
}
