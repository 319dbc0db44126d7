/// What may be seen of a trigger, if each change is handled at least once, in the order of the log, or parked
/// and listed, or in a gap that the trigger is told of.
struct TriggerChecker {
    /// What one member lists of a parked change.
    struct Parked {
        let revision: UInt64
        let failureCount: Int
        /// Whether its handler did not fail, but leaders ended who had begun with it.
        var endedLeaders = false
    }

    /// What a member shows of the trigger at a time.
    struct Sight {
        let member: Int
        /// Everything up to there is handled or parked.
        let handledRevision: UInt64
        /// The changes, and not the gaps.
        let parked: [Parked]
    }

    private struct Gap {
        let after: UInt64
        let through: UInt64
    }

    private(set) var failure: String?
    private let name: String
    /// After so many failures a change is parked.
    private let attemptsMaximum: Int
    /// What comes behind it concerns the trigger.
    private var registration: UInt64?
    /// The revisions of answered writes that are not known to be dealt with, and those of all.
    private var open: Set<UInt64> = []
    private var written: Set<UInt64> = []
    private var handled: Set<UInt64> = []
    private var failureCounts: [UInt64: Int] = [:]
    /// The members whose last call failed.
    private var waiting: Set<Int> = []
    /// Those that were parked because leaders ended.
    private var abandoned: Set<UInt64> = []
    /// Those that a trigger of a lower priority was called for first.
    private var overtaken: Set<UInt64> = []
    private var gaps: [Gap] = []
    private var lastHandled: UInt64 = 0

    /// - Parameters:
    ///   - name: What messages call the trigger.
    ///   - attemptsMaximum: After so many failures a change is parked.
    init(_ name: String, attemptsMaximum: Int) {
        self.name = name
        self.attemptsMaximum = attemptsMaximum
    }

    mutating func fail(_ message: String) {
        failure = failure ?? "the trigger \(name) \(message)"
    }

    // MARK: What was done

    /// The trigger is there, and what comes behind a revision concerns it.
    mutating func noteRegistration(before revision: UInt64) {
        registration = min(registration ?? revision, revision)
    }

    /// A write was answered.
    mutating func noteWrite(at revision: UInt64) {
        if written.insert(revision).inserted { open.insert(revision) }
    }

    /// A handler has failed for a change.
    mutating func noteFailure(at revision: UInt64, by member: Int) {
        failureCounts[revision, default: 0] += 1
        waiting.insert(member)
    }

    /// Changes were missed.
    mutating func noteGap(after: UInt64, through: UInt64) {
        gaps.append(Gap(after: after, through: through))
    }

    /// A handler has done its work for a change: after it did for all before that are not parked.
    mutating func noteHandled(at revision: UInt64, by member: Int) {
        waiting.remove(member)
        guard handled.insert(revision).inserted else { return }
        if revision < lastHandled, !isMissed(revision), !mayBeParked(revision) {
            fail("is called for revision \(revision) on host\(member), after \(lastHandled)")
        }
        lastHandled = max(lastHandled, revision)
    }

    private func mayBeParked(_ revision: UInt64) -> Bool {
        failureCounts[revision, default: 0] >= attemptsMaximum || abandoned.contains(revision)
    }

    private func isMissed(_ revision: UInt64) -> Bool {
        gaps.contains { $0.after < revision && revision <= $0.through }
    }

    /// Another trigger of a lower priority was called for a change: this one was before, unless it waits
    /// after a failure.
    mutating func noteFollower(at revision: UInt64, by member: Int) {
        guard let registration, revision > registration, !handled.contains(revision),
            !isMissed(revision), !waiting.contains(member)
        else { return }
        overtaken.insert(revision)
    }

    // MARK: What is seen

    /// Looks at what a member shows.
    mutating func look(_ sight: Sight) {
        for parked in sight.parked {
            let place = "parks revision \(parked.revision) on host\(sight.member)"
            if parked.endedLeaders { abandoned.insert(parked.revision) }
            let known = failureCounts[parked.revision, default: 0]
            let isKnown = parked.failureCount <= known || abandoned.contains(parked.revision)
            if parked.failureCount < attemptsMaximum || !isKnown {
                fail(
                    "\(place) after \(parked.failureCount) failures, \(known) of "
                        + "\(attemptsMaximum) were seen")
            }
            if parked.revision > sight.handledRevision {
                fail("\(place), and is only through \(sight.handledRevision)")
            }
        }
        let listed = Set(sight.parked.map(\.revision))
        for revision in due.sorted()
        where revision <= sight.handledRevision && !listed.contains(revision) {
            fail(
                "is through \(sight.handledRevision) on host\(sight.member), and is not called "
                    + "for \(revision), which is not parked")
        }
        for revision in overtaken.sorted()
        where revision <= sight.handledRevision && !abandoned.contains(revision) {
            fail("is called for revision \(revision) after one of a lower priority")
        }
        overtaken = overtaken.filter { $0 > sight.handledRevision }
        open = open.filter { !handled.contains($0) && !isMissed($0) }
    }

    /// The writes of which nothing has come yet.
    private var due: [UInt64] {
        guard let registration else { return [] }
        return open.filter { $0 > registration && !handled.contains($0) && !isMissed($0) }
    }

    /// The first write that the trigger has not been called for, in words; nil if there is none.
    var rest: String? { due.min().map { "the trigger \(name) is not called for revision \($0)" } }
}
