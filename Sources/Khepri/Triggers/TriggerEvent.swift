import KhepriTree

/// One thing that a trigger is to deal with.
struct TriggerEvent: Sendable {
    /// What it is about.
    enum Subject: Sendable {
        case change(TreeChange)
        case gap(TriggerGap)
    }

    /// Names an event among those of its trigger, the same on every member.
    struct ID: Hashable, Sendable, Comparable {
        let revision: Revision
        /// Counts the changes of the revision that the trigger is for.
        let ordinal: Int

        static func < (lhs: ID, rhs: ID) -> Bool {
            (lhs.revision, lhs.ordinal) < (rhs.revision, rhs.ordinal)
        }
    }

    let id: ID
    let subject: Subject
    /// How often its handler failed before it was parked; nil if it was not.
    let parkedFailureCount: Int?

    init(_ subject: Subject, _ id: ID, parkedFailureCount: Int? = nil) {
        self.id = id
        self.subject = subject
        self.parkedFailureCount = parkedFailureCount
    }

    /// Changes that are not known any more.
    init(_ gap: TriggerGap) {
        self.init(.gap(gap), ID(revision: gap.through, ordinal: 0))
    }

    /// The last revision that is done with while this event is the first that is not.
    var floor: Revision {
        switch subject {
        case .change(let change): Revision(change.revision.rawValue - 1)
        case .gap(let gap): gap.after
        }
    }
}

/// Why an event is not dealt with.
struct TriggerFailure: Sendable, Equatable {
    let reason: String
    /// As how many failures it counts.
    var count = 1
}

extension TriggerEvent.ID: LosslessStringConvertible {
    /// The two numbers, joined by `-`.
    var description: String { "\(revision.rawValue)-\(ordinal)" }

    /// Reads what ``description`` gives; nil for anything else.
    init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let revision = UInt64(parts[0]), let ordinal = Int(parts[1]),
            ordinal >= 0
        else { return nil }
        self.init(revision: Revision(revision), ordinal: ordinal)
        guard self.description == description else { return nil }
    }
}
