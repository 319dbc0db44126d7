import Khepri

/// What clients were told, and what may not be the case after it.
///
/// Each write has a number of its own, which is what it writes; so a content names its write.
struct ClientChecks {
    private(set) var failure: String?
    /// The revision at which each number was written.
    private var revisions: [UInt64: Revision] = [:]
    private var refused: Set<UInt64> = []
    /// By register: deletions that may take effect at any time from now on, or never.
    private var openDeletions: [Int: Int] = [:]
    /// By register: the last deletion that has taken effect.
    private var deletions: [Int: Revision] = [:]

    mutating func fail(_ message: String) { failure = failure ?? message }

    /// A client read a number, or was told that it is written.
    mutating func noteSeen(_ number: UInt64, at revision: Revision, by member: Int) {
        if refused.contains(number) {
            fail("host\(member) shows write \(number), which was refused")
        }
        if let known = revisions[number], known != revision {
            let places = "\(known.rawValue) and \(revision.rawValue)"
            fail("write \(number) was applied at \(places), as host\(member) shows it")
        }
        revisions[number] = revision
    }

    /// A client was told that its write never will be applied.
    mutating func noteRefused(_ number: UInt64, by member: Int) {
        refused.insert(number)
        if revisions[number] != nil {
            fail("host\(member) refuses write \(number), which is applied")
        }
    }

    // MARK: Reads at a revision

    mutating func noteDeletionBegins(_ key: Int) { openDeletions[key, default: 0] += 1 }

    /// A deletion took effect, or never will.
    mutating func noteDeletionEnds(_ key: Int, at revision: Revision?) {
        openDeletions[key, default: 0] -= 1
        if let revision { deletions[key] = max(deletions[key] ?? Revision(0), revision) }
    }

    /// A client that had written at a revision read as of that revision or later.
    mutating func check(_ found: Revision?, of key: Int, since own: Revision, by member: Int) {
        if let found {
            guard found < own else { return }
            return fail(
                "host\(member) was asked for revision \(own.rawValue) and shows "
                    + "\(found.rawValue)")
        }
        if openDeletions[key, default: 0] == 0, deletions[key] ?? Revision(0) < own {
            fail("host\(member) shows no register \(key) after revision \(own.rawValue)")
        }
    }
}
