/// One call to a set of registers, as its client saw it.
package struct RegisterCall: Sendable, Hashable {
    package enum Operation: Sendable, Hashable {
        case read
        /// Sets the register; nil empties it.
        case write(Int?)
        /// Sets the register if it holds what is expected.
        case compareAndSet(expected: Int?, new: Int)
    }

    package enum Outcome: Sendable, Hashable {
        /// What a read found.
        case found(Int?)
        /// What a write did; false for a comparison that failed.
        case done(Bool)
        /// It may take effect at any time after its start, or never.
        case unknown
    }

    package var key: Int
    package var operation: Operation
    package var outcome: Outcome
    /// When the client called.
    package var start: UInt64
    /// When it was answered; means nothing if the outcome is unknown.
    package var end: UInt64

    package init(
        key: Int, operation: Operation, outcome: Outcome, start: UInt64, end: UInt64
    ) {
        precondition(start <= end, "a call ends after it starts")
        self.key = key
        self.operation = operation
        self.outcome = outcome
        self.start = start
        self.end = end
    }

    /// Whether it changes nothing, wherever it takes effect.
    var isObserver: Bool {
        switch outcome {
        case .found, .done(false): true
        case .done(true), .unknown: false
        }
    }

    /// The register's content after the call on one with a content; nil if its answer could not be.
    func effect(on content: Int?) -> Int?? {
        switch (operation, outcome) {
        case (.read, .found(let found)):
            return found == content ? .some(content) : nil
        case (.write(let new), .done(true)), (.write(let new), .unknown):
            return .some(new)
        case (.compareAndSet(let expected, let new), .done(true)),
            (.compareAndSet(let expected, let new), .unknown):
            return expected == content ? .some(new) : nil
        case (.compareAndSet(let expected, _), .done(false)):
            return expected == content ? nil : .some(content)
        case (.read, .unknown), (.read, .done), (.write, .found), (.write, .done(false)),
            (.compareAndSet, .found):
            return nil
        }
    }
}
