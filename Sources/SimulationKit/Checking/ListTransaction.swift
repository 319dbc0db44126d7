/// One transaction over lists that only grow, as its client saw it.
///
/// Each number is appended once in a history, so it names the transaction that appended it, and what a list
/// holds tells in which order that was done ("list append", Kingsbury and Alvaro 2020).
package struct ListTransaction: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        case append(Int, to: Int)
        /// What a list held, by its number.
        case read([Int], of: Int)
    }

    package enum Outcome: Sendable, Hashable {
        case committed
        /// It may take effect at any time after its start, or never.
        case unknown
        /// It never takes effect.
        case refused
    }

    /// In the order in which they were made.
    package var steps: [Step]
    package var outcome: Outcome
    /// When the client called.
    package var start: UInt64
    /// When it was answered; means nothing if the outcome is unknown.
    package var end: UInt64
    /// Whether it must see what had ended before it started.
    package var isFresh: Bool

    package init(
        _ steps: [Step], _ outcome: Outcome = .committed, start: UInt64, end: UInt64,
        isFresh: Bool = true
    ) {
        precondition(start <= end, "a transaction ends after it starts")
        self.steps = steps
        self.outcome = outcome
        self.start = start
        self.end = end
        self.isFresh = isFresh
    }

    /// The numbers it appends, and where.
    var appended: [(number: Int, list: Int)] {
        steps.compactMap { step in
            if case .append(let number, let list) = step { (number, list) } else { nil }
        }
    }

    /// What it saw of each list.
    var reads: [(content: [Int], list: Int)] {
        steps.compactMap { step in
            if case .read(let content, let list) = step { (content, list) } else { nil }
        }
    }
}
