public import KhepriTree

/// Something that is to be done for each change of the nodes that a pattern matches, by one member: the
/// one that leads.
///
/// ```swift
/// try await store.register(
///     Trigger("welcome", matching: "/users/*", on: [.created]) { change in
///         try await mailer.welcome(change.path)
///     })
/// try await store.runTriggers()
/// ```
/// Each change is handled **at least once**: that it was is written into the log, and whoever leads next goes
/// on behind it. A handler must therefore do no harm when it is called again for the same change, or when
/// the last leader's call for it has not ended yet; name, revision and path together tell a change from others.
public struct Trigger: Sendable {
    /// Does what is to be done for a change.
    public typealias Handler = @Sendable (TreeChange) async throws -> Void
    /// Does what is to be done when changes were missed.
    public typealias GapHandler = @Sendable (TriggerGap) async throws -> Void

    /// Names the trigger in its store, on all members and for ever.
    public let name: String
    /// Which nodes.
    public let pattern: TreePattern
    /// Which changes of them.
    public let kinds: Set<TreeChange.Kind>
    /// Of the triggers of one change, those of a higher priority are called first.
    public let priority: Int
    /// How often a handler is called for a change, and how long it may take.
    public let attempts: Attempts
    private let handler: Handler
    private let gapHandler: GapHandler?

    /// Describes a trigger.
    ///
    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, `-`, `_` and `.` of ASCII.
    ///   - pattern: Which nodes; conditions on more than names may stand in its last component.
    ///   - kinds: Some of `.created`, `.updated` and `.deleted`.
    ///   - priority: Of the triggers of one change, higher ones are called first, then by name.
    ///   - attempts: How often a handler is called for a change, and how long it may take.
    ///   - gapHandler: Called when changes were missed because no history reaches back to them; without
    ///     one a gap is parked.
    ///   - handler: Called for each change, one at a time.
    public init(
        _ name: String, matching pattern: TreePattern,
        on kinds: Set<TreeChange.Kind> = [.created, .updated, .deleted], priority: Int = 0,
        attempts: Attempts = Attempts(), onGap gapHandler: GapHandler? = nil,
        _ handler: @escaping Handler
    ) {
        self.name = name
        self.pattern = pattern
        self.kinds = kinds
        self.priority = priority
        self.attempts = attempts
        self.gapHandler = gapHandler
        self.handler = handler
    }

    /// How often a handler is called for a change, and how long it may take.
    public struct Attempts: Sendable, Hashable {
        /// After how many failures a change is parked.
        public var maximum: Int
        /// The pause after the first failure; each further one is twice as long.
        public var firstPause: Duration
        /// The longest pause.
        public var longestPause: Duration
        /// How long one call may take; then it is cancelled, and has failed.
        public var timeLimit: Duration

        /// Joins the settings.
        ///
        /// - Parameters:
        ///   - maximum: After how many failures a change is parked, 1 to 1,000.
        ///   - firstPause: The pause after the first failure; each further one is twice as long.
        ///   - longestPause: The longest pause.
        ///   - timeLimit: How long one call may take.
        public init(
            maximum: Int = 8, firstPause: Duration = .milliseconds(100),
            longestPause: Duration = .seconds(30), timeLimit: Duration = .seconds(30)
        ) {
            self.maximum = maximum
            self.firstPause = firstPause
            self.longestPause = longestPause
            self.timeLimit = timeLimit
        }

        /// The pause after so many failures.
        func pause(after failureCount: Int) -> Duration {
            // From 2^30 on any pause is the longest.
            min(longestPause, firstPause * (1 << min(failureCount - 1, 30)))
        }
    }
}

/// The bounds of triggers.
package enum TriggerLimits {
    /// The triggers of one store.
    package static let triggersMaximum = 128
    /// The changes of one trigger that are parked at once.
    package static let parkedMaximum = 256
    /// With as many changes that wait, a trigger needs no more to be read.
    static let waitingMaximum = 1_024
    /// With as many, it forgets further ones, and reads them from the history when it has caught up.
    static let keptMaximum = 8_192
    /// The characters that are kept of an error.
    static let failureLengthMaximum = 1_024
    static let attemptsMaximum = 1_000
}

extension Trigger {
    /// Refuses what can be no trigger.
    func validate() throws {
        try Self.validate(name)
        if let refusal = pattern.refusalToFollow { throw refusal }
        guard !kinds.isEmpty, !kinds.contains(.present) else {
            throw StoreError(
                .invalidOperation,
                "expected some of created, updated and deleted as the changes of a trigger")
        }
        guard (1...TriggerLimits.attemptsMaximum).contains(attempts.maximum),
            attempts.timeLimit > .zero, attempts.firstPause >= .zero
        else {
            throw StoreError(
                .invalidOperation,
                "expected 1 to \(TriggerLimits.attemptsMaximum) attempts, a time limit above zero "
                    + "and no negative pause")
        }
    }

    /// Refuses what can be no name of a trigger.
    package static func validate(_ name: String) throws {
        try StoreName.validate(name, as: "trigger's name")
        guard name != ".", name != ".." else {
            throw StoreError(
                .invalidOperation, "expected a trigger's name with more than dots, found \(name)")
        }
    }

    /// Calls the handler; returns why it failed, nil if it did not.
    func handle(_ subject: TriggerEvent.Subject) async -> TriggerFailure? {
        do {
            switch subject {
            case .change(let change): try await handler(change)
            case .gap(let gap):
                guard let gapHandler else { return TriggerFailure(reason: gap.description) }
                try await gapHandler(gap)
            }
            return nil
        } catch {
            return TriggerFailure(reason: "\(error)")
        }
    }
}
