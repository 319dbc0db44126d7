import KhepriTree
import RaftCore
import RaftRuntime
import Testing

@testable import Khepri

@Suite("Sessions of a store's commands") struct CommandSessionTests {
    private let clock = StillClock()
    private let company = StoreCompany()
    private let sessions: CommandSessions

    private static func member(_ node: UInt64) -> MemberID {
        MemberID(node: node, incarnation: Identifier128(high: 0, low: node))
    }

    init() {
        var environment = HostEnvironment()
        environment.clock = clock
        sessions = CommandSessions(company, environment)
        company.note(
            Configuration(voters: [Self.member(1), Self.member(2)]), besides: Self.member(1))
    }

    private typealias Outcome = ProposalOutcome<CommandOutcome>

    private static func answer(
        _ result: OperationResult, isRepetition: Bool = false
    ) -> Outcome {
        .committed(
            LogIndex(9),
            CommandOutcome(revision: Revision(9), result: result, isRepetition: isRepetition))
    }

    private static func refusal(_ code: OperationError.Code) -> OperationResult {
        .error(OperationError(code, "no"))
    }

    /// Begins a session.
    private func begin() throws -> SessionID {
        guard case .begin(let id) = sessions.next() else { throw Unexpected() }
        sessions.endBeginning(id, Self.answer(.boolean(true)))
        return id
    }

    private func take() throws -> TreeCommand.Session {
        guard case .take(let place) = sessions.next() else { throw Unexpected() }
        return place
    }

    private func expectNone() {
        guard case .none = sessions.next() else { Issue.record("expected none"); return }
    }

    private struct Unexpected: Error {}

    @Test func `a store without other members needs none`() throws {
        company.note(Configuration(voters: [Self.member(1)]), besides: Self.member(1))
        expectNone()
        company.note(
            Configuration(voters: [Self.member(1)], learners: [Self.member(2)]),
            besides: Self.member(1))
        _ = try begin()
    }

    @Test func `commands go without one while it begins`() throws {
        guard case .begin(let id) = sessions.next() else { throw Unexpected() }
        expectNone()
        sessions.endBeginning(id, Self.answer(.boolean(true)))
        #expect(try take() == .init(id: id, sequence: 2, lowestUnanswered: 2))
    }

    @Test func `one that did not begin is not used, one that began twice is`() throws {
        for outcome: Outcome in [
            .rejected(.overloaded), .unknown(.timedOut),
            Self.answer(Self.refusal(.tooManySessions)),
        ] {
            guard case .begin(let id) = sessions.next() else { throw Unexpected() }
            sessions.endBeginning(id, outcome)
        }
        guard case .begin(let id) = sessions.next() else { throw Unexpected() }
        sessions.endBeginning(
            id, Self.answer(Self.refusal(.resultUnavailable), isRepetition: true))
        #expect(try take().id == id)
    }

    @Test func `each command names the lowest one that waits`() throws {
        let id = try begin()
        let places = try (0..<4).map { _ in try take() }
        #expect(places.map(\.sequence) == [2, 3, 4, 5])
        #expect(places.allSatisfy { $0.id == id && $0.lowestUnanswered == 2 })
        let done = Self.answer(.ok)
        #expect(!sessions.giveBack(places[1], done))
        #expect(try take().lowestUnanswered == 2)
        #expect(!sessions.giveBack(places[0], done))
        #expect(try take().lowestUnanswered == 4)
        #expect(!sessions.giveBack(places[3], .unknown(.timedOut)))
        #expect(!sessions.giveBack(places[2], done))
        #expect(try take() == .init(id: id, sequence: 8, lowestUnanswered: 6))
    }

    @Test func `1,024 places from the lowest one that waits, then another session`() throws {
        let first = try begin()
        let places = try (0..<1_024).map { _ in try take() }
        for place in places[1...] { #expect(!sessions.giveBack(place, Self.answer(.ok))) }
        let second = try begin()
        #expect(try take() == .init(id: second, sequence: 2, lowestUnanswered: 2))
        #expect(!sessions.giveBack(places[0], Self.answer(.ok)))
        #expect(try take() == .init(id: first, sequence: 1_026, lowestUnanswered: 1_026))
    }

    @Test func `there are at most 64`() throws {
        for _ in 0..<64 {
            _ = try begin()
            for _ in 0..<1_024 { _ = try take() }
        }
        expectNone()
    }

    @Test func `one that nobody used for half an hour is left to expire`() throws {
        let first = try begin()
        let place = try take()
        clock.advance(by: .seconds(1_800))
        #expect(try take().sequence == 3, "a command waits, so it is not idle")
        #expect(!sessions.giveBack(place, Self.answer(.ok)))
        #expect(
            !sessions.giveBack(
                .init(id: first, sequence: 3, lowestUnanswered: 2), Self.answer(.ok)))
        clock.advance(by: .seconds(1_799))
        let last = try take()
        #expect(last.sequence == 4)
        #expect(!sessions.giveBack(last, Self.answer(.ok)))
        clock.advance(by: .seconds(1_800))
        #expect(try begin() != first)
    }

    @Test func `a command of an expired session was not applied if it was sent once`() throws {
        let first = try begin()
        let (once, twice) = (try take(), try take())
        sessions.noteRepetition(twice)
        #expect(sessions.giveBack(once, Self.answer(Self.refusal(.sessionExpired))))
        let second = try begin()
        #expect(try take().id == second, "nothing more goes into the first one")
        #expect(!sessions.giveBack(twice, Self.answer(Self.refusal(.sessionExpired))))
        #expect(first != second)
    }

    @Test func `a refusal that is known again keeps its code, a success is in doubt`() {
        for (code, isInDoubt) in [
            (OperationError.Code.mismatchingNode, false), (.nodeNotFound, false),
            (.resultUnavailable, true), (.sessionExpired, true),
        ] {
            let error = StoreError(OperationError(code, "no"))
            #expect(error.mayHaveBeenApplied == isInDoubt)
        }
    }

    @Test(arguments: [false, true], [nil, Revision(3)])
    func `an outcome is the same after its way to another member`(
        isRepetition: Bool, modified: Revision?
    ) throws {
        let outcome = CommandOutcome(
            revision: Revision(7), modifiedRevision: modified,
            result: Self.refusal(.resultUnavailable), isRepetition: isRepetition)
        let found = try CommandOutcome(encoded: outcome.encoded())
        #expect(found.revision == outcome.revision)
        #expect(found.modifiedRevision == modified)
        #expect(found.isRepetition == isRepetition)
        #expect(found.result == outcome.result)
        for count in 0..<outcome.encoded().count {
            #expect(throws: (any Error).self) {
                try CommandOutcome(encoded: Array(outcome.encoded().prefix(count)))
            }
        }
    }
}

/// A clock that stands still until it is moved.
private final class StillClock: MonotonicClock {
    private let time = Lock(Instant(nanoseconds: 1))

    func now() -> Instant { time.withLock { $0 } }

    func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }
}
