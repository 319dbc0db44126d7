package import Logging
import NIOCore
import NIOPosix
package import RaftRuntime

/// Has the certificates of a host ready, and takes others as soon as their files have changed.
///
/// Connections that are open go on with those that they began with. Files that do not fit together are
/// passed over, with a warning: somebody may be about to write the others.
package final class CertificateKeeper: Sendable {
    /// How often the files are looked at.
    private static let interval = TimeAmount.seconds(10)
    /// How long before the end of a certificate people are told.
    private static let notice = 7 * 86_400

    private struct State {
        var contents: CertificateFiles
        var settings: TLSSettings
        var contexts: TLSContexts
        /// What was found last, good or bad: nothing is said about it twice.
        var problem: String?
        var task: RepeatedTask?
    }

    private let files: CertificatePaths
    private let logger: Logger
    private let clock: any WallClock
    private let state: Lock<State>

    /// Reads the files.
    ///
    /// - Throws: ``CertificateProblem``, which names the file and what is wrong.
    package init(
        _ files: CertificatePaths, logger: Logger,
        clock: any WallClock = SystemClock()
    ) throws {
        self.files = files
        self.logger = logger
        self.clock = clock
        let contents = try CertificateFiles(reading: files)
        let settings = try contents.settings(of: files, at: clock.seconds)
        state = Lock(
            State(contents: contents, settings: settings, contexts: try settings.contexts()))
        warnOfEnd()
    }

    /// What the next connection begins with.
    package var contexts: TLSContexts { state.withLock { $0.contexts } }

    /// The certificates as they were read last.
    package var settings: TLSSettings { state.withLock { $0.settings } }

    /// Looks at the files now and then, until ``stop()``.
    package func start() {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let task = loop.scheduleRepeatedTask(initialDelay: Self.interval, delay: Self.interval) {
            [weak self] _ in
            // Files may be on a disk that stands still; the loop may not.
            guard let self else { return }
            NIOThreadPool.singleton.submit { _ in self.look() }
        }
        state.withLock { $0.task = task }
    }

    /// Looks no more.
    package func stop() {
        state.withLock { $0.task.take() }?.cancel()
    }

    /// Takes what is in the files, if it has changed and fits together.
    package func look() {
        do {
            let contents = try CertificateFiles(reading: files)
            guard contents != state.withLock({ $0.contents }) else {
                return state.withLock { $0.problem = nil }
            }
            let settings = try contents.settings(of: files, at: clock.seconds)
            let contexts = try settings.contexts()
            state.withLock { state in
                state.contents = contents
                state.settings = settings
                state.contexts = contexts
                state.problem = nil
            }
            logger.info("read the certificates anew", metadata: ["file": "\(files.certificate)"])
            warnOfEnd()
        } catch {
            let problem = "\(error)"
            let isNews = state.withLock { state in
                defer { state.problem = problem }
                return state.problem != problem
            }
            guard isNews else { return }
            logger.warning(
                "the certificates changed, and cannot be used", metadata: ["reason": "\(problem)"])
        }
    }

    private func warnOfEnd() {
        let left = settings.end - clock.seconds
        guard left < Self.notice else { return }
        logger.warning(
            "the certificate ends soon",
            metadata: ["file": "\(files.certificate)", "hours": "\(left / 3_600)"])
    }
}

extension WallClock {
    /// Seconds since 1970.
    fileprivate var seconds: Int { Int(milliseconds() / 1_000) }
}
