import Foundation
import Khepri
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

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

    static var errorIsTerminal: Bool { isatty(2) == 1 }

    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// What a path of the file system names.
enum FileKind: Equatable {
    case missing, file, directory, other

    /// Looks without following a link at the end.
    init(at path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            self = .missing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        default: self = .other
        }
    }
}

/// A line on the terminal that says how far a long task has come; silent elsewhere.
final class ProgressLine: Sendable {
    private let state: Mutex<State>

    private struct State {
        let start = ContinuousClock.now
        var last = ContinuousClock.now
        var isShown = false
    }

    init() {
        state = Mutex(State())
    }

    /// Shows the text, at most five times a second and not in the first second.
    func show(_ text: @autoclosure () -> String) {
        guard Diagnostics.errorIsTerminal else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.start > .seconds(1), now - state.last > .milliseconds(200) else {
                return
            }
            state.last = now
            state.isShown = true
            FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
        }
    }

    /// Removes the line.
    func end() {
        state.withLock { state in
            guard state.isShown else { return }
            FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
        }
    }

    /// Shows how far the opening of a store has come.
    static func recovery() -> @Sendable (RecoveryProgress) -> Void {
        let line = ProgressLine()
        return { progress in
            if progress.completed >= progress.total {
                line.end()
            } else {
                let share = 100 * progress.completed / max(1, progress.total)
                line.show("recovering \(progress.store): \(progress.phase.rawValue) \(share) %")
            }
        }
    }
}
