import Khepri
import Logging

/// What the program says beside its output: on the standard error, never on the standard output.
enum Diagnostics {
    /// What the library says, on the standard error.
    private static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "khepri", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }

    /// How every command opens a host: it warns, and shows how far a long recovery has come.
    static var configuration: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.logger = logger(.warning)
        configuration.recoveryProgress = ProgressLine.recovery()
        return configuration
    }

    /// How a server opens a host: it also tells who comes and goes, and who is refused.
    static var servingConfiguration: StoreConfiguration {
        var configuration = configuration
        configuration.logger = logger(.info)
        return configuration
    }
}
