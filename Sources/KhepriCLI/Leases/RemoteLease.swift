import CBOR
import Foundation
import Khepri
import KhepriTree
import NIOCore
import NIOHTTP1
import RaftRuntime
import UnixSignals

/// A lease of a store that a server serves, kept from here for as long as something is done.
///
/// Where the server is a member of a cluster, another one is asked when it does not answer.
///
/// Time counts from before a word was sent that was answered, by this machine's clock, which goes on while
/// the machine sleeps.
final class RemoteLease: Sendable {
    /// The part of the time to live after which the next word is sent.
    private static let wordPart = 1.0 / 3
    /// The part after whose silence what is done is asked to end.
    private static let warningPart = 0.7
    /// The part after whose silence it is ended, so that all is over before the lease can be.
    private static let endPart = 1 - Lease.clockAllowance

    /// Names the lease to others, as 32 digits.
    let id: String
    private let members: MemberEndpoints
    private let target: String
    private let timeToLive: Duration
    private let heard: Lock<ContinuousClock.Instant>

    /// Takes a lease.
    init(timeToLive: Duration, of store: String, at endpoint: Endpoint) async throws {
        let sentAt = ContinuousClock.now
        let leases = TargetText.base(of: store) + "/leases"
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("timeToLiveMilliseconds", Int(timeToLive / .milliseconds(1)))
        printer.endObject()
        let answer = try await ClusterClient(endpoint: endpoint)
            .request(.POST, leases, body: printer.finish())
        guard case .string(let id)? = answer["lease"] else { throw endpoint.malformedAnswer }
        self.id = id.string
        self.timeToLive = timeToLive
        target = "\(leases)/\(id.string)"
        members = MemberEndpoints(endpoint)
        heard = Lock(sentAt)
        await members.refresh(by: client)
    }

    /// Speaks to the member that answered last.
    private var client: ClusterClient {
        ClusterClient(
            endpoint: members.current,
            silenceMaximum: .nanoseconds(Int64(timeToLive / 4 / .nanoseconds(1))))
    }

    /// Refuses to begin anything when the server has not answered for long.
    ///
    /// - Throws: ``ProgramExit``.
    func expectTime() throws {
        guard ContinuousClock.now < instant(after: Self.warningPart) else { throw Self.endedExit }
    }

    /// Ends the lease, and with it the nodes that it keeps; a failure is noted only.
    func revoke() async {
        var failure: (any Error)?
        for _ in 0..<members.count {
            do {
                _ = try await client.request(.DELETE, target)
                return
            } catch StoreError.Code.leaseEnded {
                // As it shall be.
                return
            } catch {
                failure = failure ?? error
                members.turn()
            }
        }
        guard let failure else { return }
        let reason = ProgramExit(failure)?.message ?? "\(failure)"
        StandardStreams.note("khepri: the lease was not revoked, and ends in its time: \(reason)")
    }

    /// When a part of the time to live has passed since the last word that was answered.
    private func instant(after part: Double) -> ContinuousClock.Instant {
        heard.withLock { $0 }.advanced(by: timeToLive * part)
    }
}

extension RemoteLease {
    /// What happens while something is done under the lease.
    private enum Step<Value: Sendable>: Sendable {
        case result(Result<Value, any Error>)
        /// The server says that the lease has ended, or has said nothing for too long.
        case ending
        /// It cannot be counted on any more.
        case end
        case signal(Int32)
    }

    /// Keeps the lease while a body runs.
    ///
    /// - Parameters:
    ///   - stop: Told with a signal that the body is to end: `SIGTERM` when the lease is about to end, `SIGKILL`
    ///     when it may, and what this process is sent, but for what a terminal sends to both. Without it the
    ///     body's task is cancelled then.
    ///   - body: What is done.
    /// - Throws: What `body` throws; ``ProgramExit`` when its task was cancelled.
    func whileKept<Value: Sendable>(
        stop: (@Sendable (Int32) -> Void)? = nil,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let (steps, step) = AsyncStream.makeStream(of: Step<Value>.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                do {
                    step.yield(.result(.success(try await body())))
                } catch {
                    step.yield(.result(.failure(error)))
                }
            }
            for waitForEnd in [speak, waitForSilence] {
                group.addTask {
                    let end = try await waitForEnd()
                    step.yield(.ending)
                    try await Task.sleep(until: end, clock: .continuous)
                    step.yield(.end)
                }
            }
            group.addTask {
                for await signal in signals { step.yield(.signal(signal.rawValue)) }
            }
            var isEnding = false
            for await step in steps {
                switch step {
                case .result(let result): return try result.get()
                case .signal(let signal):
                    guard let stop else { throw ProgramExit(.init(rawValue: 128 + signal)) }
                    if signal != SIGINT || isatty(STDIN_FILENO) == 0 { stop(signal) }
                case .ending where isEnding: break
                case .ending:
                    guard let stop else { throw Self.endedExit }
                    isEnding = true
                    StandardStreams.note("khepri: the lease cannot be kept; the command is to end")
                    stop(SIGTERM)
                case .end: stop?(SIGKILL)
                }
            }
            throw CancellationError()
        }
    }

    /// Tells the server again and again that the holder is there, or another member if it does not answer,
    /// until one says that the lease has ended.
    ///
    /// - Returns: When what is done is to be over.
    @Sendable private func speak() async throws -> ContinuousClock.Instant {
        while true {
            let sentAt = ContinuousClock.now
            if sentAt < instant(after: Self.wordPart) {
                try await Task.sleep(until: instant(after: Self.wordPart), clock: .continuous)
                continue
            }
            do {
                _ = try await client.request(.POST, target)
                heard.withLock { $0 = max($0, sentAt) }
                await members.refresh(by: client)
            } catch StoreError.Code.leaseEnded {
                return .now.advanced(by: timeToLive * (Self.endPart - Self.warningPart))
            } catch {
                members.turn()
                try await Task.sleep(for: timeToLive / 20)
            }
        }
    }

    /// Waits until nobody has answered for so long that the lease is about to end.
    ///
    /// - Returns: When what is done is to be over.
    @Sendable private func waitForSilence() async throws -> ContinuousClock.Instant {
        while true {
            let (warning, end) = (
                instant(after: Self.warningPart), instant(after: Self.endPart)
            )
            guard ContinuousClock.now < warning else { return end }
            try await Task.sleep(until: warning, clock: .continuous)
        }
    }

    static let endedExit = ProgramExit(
        .refused, "the lease has ended: the server heard nothing for its time to live")
}
