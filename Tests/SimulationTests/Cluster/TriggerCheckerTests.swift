import Testing

@testable import SimulationKit

/// The checker of triggers itself, on good histories and on doctored ones.
@Suite("Checker of triggers")
struct TriggerCheckerTests {
    /// A trigger that is there from revision 4 on, and writes at some revisions.
    private static func registered(_ revisions: UInt64...) -> TriggerChecker {
        var checker = TriggerChecker("one", attemptsMaximum: 2)
        checker.noteRegistration(before: 4)
        for revision in revisions { checker.noteWrite(at: revision) }
        return checker
    }

    /// Looks at a member that lists parked changes, each with its failures.
    private static func look(
        _ checker: inout TriggerChecker, through revision: UInt64, _ parked: [UInt64: Int] = [:]
    ) {
        checker.look(
            TriggerChecker.Sight(
                member: 1, handledRevision: revision,
                parked: parked.map { .init(revision: $0, failureCount: $1) }))
    }

    @Test func `changes are handled in order, more than once, or parked and handled later`() {
        var checker = Self.registered(3, 5, 6, 7)
        checker.noteHandled(at: 5, by: 0)
        Self.look(&checker, through: 5)
        checker.noteFailure(at: 6, by: 0)
        checker.noteFailure(at: 6, by: 0)
        Self.look(&checker, through: 6, [6: 2])
        checker.noteHandled(at: 7, by: 0)
        checker.noteHandled(at: 5, by: 1)
        Self.look(&checker, through: 7, [6: 2])
        #expect(checker.rest?.contains("revision 6") == true)
        checker.noteHandled(at: 6, by: 1)
        Self.look(&checker, through: 7)
        #expect(checker.failure == nil)
        #expect(checker.rest == nil)
    }

    @Test func `a change that is neither handled nor parked is lost`() {
        var checker = Self.registered(5, 6)
        Self.look(&checker, through: 4)
        checker.noteHandled(at: 6, by: 0)
        #expect(checker.failure == nil)
        Self.look(&checker, through: 5)
        #expect(checker.failure?.contains("not called for 5") == true)
    }

    @Test func `a write that is answered late is looked for, too`() {
        var checker = Self.registered()
        Self.look(&checker, through: 9)
        checker.noteWrite(at: 8)
        Self.look(&checker, through: 9)
        #expect(checker.failure?.contains("not called for 8") == true)
    }

    @Test func `a parked change that is listed no more was handled`() {
        var checker = Self.registered(5)
        checker.noteFailure(at: 5, by: 0)
        checker.noteFailure(at: 5, by: 0)
        Self.look(&checker, through: 5, [5: 2])
        #expect(checker.failure == nil)
        Self.look(&checker, through: 5)
        #expect(checker.failure?.contains("which is not parked") == true)
    }

    @Test func `nothing is missed in a gap that was told, and everything beside it`() {
        var checker = Self.registered(5, 6, 9)
        checker.noteGap(after: 5, through: 8)
        checker.noteHandled(at: 5, by: 0)
        Self.look(&checker, through: 8)
        #expect(checker.failure == nil)
        #expect(checker.rest?.contains("revision 9") == true)
        var other = Self.registered(5)
        other.noteGap(after: 5, through: 8)
        Self.look(&other, through: 8)
        #expect(other.failure != nil)
    }

    @Test func `only what has failed often enough is handled after later changes`() {
        var checker = Self.registered(5, 6)
        checker.noteFailure(at: 5, by: 0)
        checker.noteHandled(at: 6, by: 0)
        checker.noteHandled(at: 5, by: 0)
        #expect(checker.failure?.contains("for revision 5 on host0, after 6") == true)
    }

    @Test(arguments: [1, 2, 4])
    func `what is parked has failed as often as is said, and often enough`(failureCount: Int) {
        var checker = Self.registered(5)
        for _ in 0..<3 { checker.noteFailure(at: 5, by: 0) }
        Self.look(&checker, through: 5, [5: failureCount])
        #expect((checker.failure == nil) == (failureCount == 2))
    }

    @Test func `what leaders ended at is parked although its handler did not fail`() {
        var checker = Self.registered(5, 6)
        checker.look(
            TriggerChecker.Sight(
                member: 1, handledRevision: 5,
                parked: [.init(revision: 5, failureCount: 2, endedLeaders: true)]))
        checker.noteHandled(at: 6, by: 1)
        checker.noteHandled(at: 5, by: 1)
        #expect(checker.failure == nil)
        Self.look(&checker, through: 6)
        #expect(checker.rest == nil)
    }

    @Test func `it comes before one of a lower priority, unless it waits after a failure`() {
        var checker = Self.registered(5, 6, 7, 8)
        checker.noteFollower(at: 4, by: 0)
        checker.noteHandled(at: 5, by: 0)
        checker.noteFollower(at: 5, by: 0)
        checker.noteFailure(at: 6, by: 0)
        checker.noteFollower(at: 6, by: 0)
        checker.noteFollower(at: 7, by: 0)
        checker.noteHandled(at: 6, by: 1)
        checker.noteHandled(at: 7, by: 0)
        Self.look(&checker, through: 7)
        #expect(checker.failure == nil)
        checker.noteFollower(at: 8, by: 0)
        checker.noteHandled(at: 8, by: 1)
        #expect(checker.failure == nil, "leaders may have ended at it")
        Self.look(&checker, through: 8)
        #expect(checker.failure?.contains("for revision 8 after one of a lower") == true)
    }

    @Test func `what is parked is passed`() {
        var checker = Self.registered(5)
        for _ in 0..<2 { checker.noteFailure(at: 5, by: 0) }
        Self.look(&checker, through: 4, [5: 2])
        #expect(checker.failure?.contains("only through 4") == true)
    }
}
