import Foundation
import RaftRuntime

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A command of the user's, run as a shell would run it: signals have their usual meaning to it.
///
/// It shares the terminal, the standard streams and the directory with this process, whose own signal
/// handling and connections would be inherited by a plainly started one.
final class ChildCommand: Sendable {
    private let process: pid_t
    /// Whether the process may still be sent a signal; afterwards its number can be another's.
    private let isThere = Lock(true)

    /// Starts a command, which is looked for along `PATH`.
    ///
    /// - Parameters:
    ///   - environment: Added to the environment of this process.
    ///   - input: The descriptor that it reads as its standard input, this process's own if nil.
    /// - Throws: ``ProgramExit`` for one that cannot be started, with the code that a shell ends with.
    init(
        _ arguments: [String], environment: [(name: String, value: String)], input: Int32? = nil
    ) throws {
        precondition(!arguments.isEmpty, "a command has a name")
        let list = arguments.map { strdup($0) } + [nil]
        let variables = Self.merged(environment).map { strdup($0) } + [nil]
        defer { for text in list + variables { free(text) } }
        Self.keepDescriptors()
        var process: pid_t = 0
        let code = Self.withAttributes(input) { attributes, actions in
            posix_spawnp(&process, arguments[0], actions, attributes, list, variables)
        }
        guard code == 0 else {
            throw ProgramExit(
                .init(rawValue: code == ENOENT ? 127 : 126),
                "cannot run '\(arguments[0])': \(String(cString: strerror(code)))")
        }
        self.process = process
    }

    /// Sends a signal, unless it has ended.
    func send(_ signal: Int32) {
        isThere.withLock { if $0 { kill(process, signal) } }
    }

    /// Waits for the end; called once.
    ///
    /// - Returns: The exit code, or 128 and the number of the signal that ended it.
    func end() async -> Int32 {
        await withUnsafeContinuation { continuation in
            // A thread of its own: the wait may take days, and is not to hold one of the pool's.
            Thread.detachNewThread { continuation.resume(returning: self.wait()) }
        }
    }

    private func wait() -> Int32 {
        var information = siginfo_t()
        // It stays a zombie, so that its number stays its own, until nobody sends it a signal any more.
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return isThere.withLock { isThere in
            isThere = false
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }
    }
}

#if canImport(Darwin)
private typealias SpawnAttributes = posix_spawnattr_t?
private typealias SpawnActions = posix_spawn_file_actions_t?
#else
private typealias SpawnAttributes = posix_spawnattr_t
private typealias SpawnActions = posix_spawn_file_actions_t
#endif

extension ChildCommand {
    /// Calls `spawn` with what makes a process take signals as if nobody had changed that.
    private static func withAttributes(
        _ input: Int32?,
        _ spawn: (UnsafePointer<SpawnAttributes>, UnsafePointer<SpawnActions>) -> Int32
    ) -> Int32 {
        var attributes = SpawnAttributes(), actions = SpawnActions()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        return spawn(&attributes, &actions)
    }

    /// Keeps all that is open here, but for the standard streams, from the processes that are started.
    private static func keepDescriptors() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// The environment of this process with more in it, as a process is given it.
    private static func merged(_ environment: [(name: String, value: String)]) -> [String] {
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        return variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
}
