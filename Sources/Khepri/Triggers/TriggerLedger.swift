import KhepriTree
import RaftCore

/// Reads and writes what the store knows of its triggers.
struct TriggerLedger: Sendable {
    let engine: StoreEngine

    /// What a leader finds when it takes its turn.
    struct Claim: Sendable {
        /// Up to where each trigger has dealt with everything; those that are not registered are missing.
        var handled: [String: Revision] = [:]
        /// What was registered later is not in it.
        let revision: Revision
    }

    /// Another leader's turn has come.
    struct TurnOver: Error {}

    var history: String { Identifier128(engine.machine.counts.history).hexadecimal }

    private func transact<Answer: Sendable>(
        consistency: ReadConsistency = .local,
        _ body: @escaping @Sendable (inout Transaction) throws -> Answer
    ) async throws -> Answer {
        try await engine.transact(body, consistency: consistency, timeout: nil)
    }
}

// Which triggers there are.
extension TriggerLedger {
    /// Writes down a trigger; one that is there keeps its place.
    ///
    /// - Throws: ``StoreError`` `.invalidOperation` when there are too many.
    func register(_ trigger: Trigger) async throws {
        let path = try TriggerPaths.path(of: trigger.name)
        let described = TriggerRecord(
            pattern: trigger.pattern.description, kinds: trigger.kinds.map(\.rawValue).sorted(),
            priority: trigger.priority, history: history, handled: 0)
        try await transact { transaction in
            var record = described
            if let former = try transaction.get(path, as: TriggerRecord.self) {
                (record.history, record.handled) = (former.history, former.handled)
                if record == former { return }
            } else {
                let names = try transaction.childNames(of: TriggerPaths.root) ?? []
                guard names.count < TriggerLimits.triggersMaximum else {
                    throw StoreError(
                        .invalidOperation,
                        "expected at most \(TriggerLimits.triggersMaximum) triggers in a store")
                }
                record.handled = transaction.revision.rawValue
            }
            try transaction.put(record, at: path)
        }
    }

    /// Removes a trigger with everything that is known of it; false if there is none.
    func unregister(_ name: String) async throws -> Bool {
        let path = try TriggerPaths.path(of: name)
        return try await transact { transaction in
            guard try transaction.exists(path) else { return false }
            try transaction.delete(path)
            return true
        }
    }
}

// What leaders write.
extension TriggerLedger {
    /// Takes a leader's turn, so that what leaders before it have still to say is refused.
    func claim(_ names: [String], in term: Term) async throws -> Claim {
        let history = history
        return try await transact { transaction in
            var turn = TriggerTurn(history: history, term: term.rawValue)
            let former = try transaction.get(TriggerPaths.root, as: TriggerTurn.self)
            if let former, former.history == turn.history {
                guard former.term <= turn.term else { throw TurnOver() }
                turn.opening = former.opening
            }
            if former != turn { try transaction.put(turn, at: TriggerPaths.root) }
            var claim = Claim(revision: transaction.revision)
            for name in names {
                let path = try TriggerPaths.path(of: name)
                guard var record = try transaction.get(path, as: TriggerRecord.self) else {
                    continue
                }
                if record.history != turn.history {
                    try Self.begin(&record, in: turn.history, of: name, &transaction)
                }
                claim.handled[name] = Revision(record.handled)
            }
            return claim
        }
    }

    /// Lets a trigger begin in another history: what it missed there is an event that is due.
    private static func begin(
        _ record: inout TriggerRecord, in history: String, of name: String,
        _ transaction: inout Transaction
    ) throws {
        let now = transaction.revision
        let gap = TriggerGap(after: Revision(record.handled), through: now)
        var parked = ParkedRecord(TriggerEvent(gap), failures: 0, failure: gap.description)
        parked.isDue = true
        (record.history, record.handled) = (history, now.rawValue)
        try transaction.put(record, at: TriggerPaths.path(of: name))
        let id = TriggerEvent.ID(revision: now, ordinal: 0)
        try transaction.put(parked, at: TriggerPaths.path(of: name, id))
    }

    /// Writes down what a leader begins its turn with, before it calls the handler: that may end the process.
    ///
    /// - Returns: How many turns in a row have begun with it; those that were outlived do not count.
    /// - Throws: ``TurnOver`` when another leader's turn has come.
    func open(with name: String, _ event: TriggerEvent.ID, in term: Term) async throws -> Int {
        let history = history
        return try await transact { transaction in
            var turn = try Self.turn(of: term, in: history, &transaction)
            var opening = TriggerTurn.Opening(
                name: name, event: event.description, terms: [])
            if let former = turn.opening, former.name == name, former.event == opening.event {
                opening.terms = former.terms.suffix(TriggerLimits.attemptsMaximum)
            }
            if opening.terms.last != term.rawValue { opening.terms.append(term.rawValue) }
            turn.opening = opening
            try transaction.put(turn, at: TriggerPaths.root)
            return opening.terms.count
        }
    }

    /// Writes down that a leader leads no more, but that its process goes on: it was not its handler that
    /// ended the turn.
    func outlive(_ term: Term) async throws {
        let history = history
        // What the leader wrote last is there, or it never will be.
        try await transact(consistency: .linearizable) { transaction in
            guard var turn = try transaction.get(TriggerPaths.root, as: TriggerTurn.self),
                turn.history == history, var opening = turn.opening,
                opening.terms.contains(term.rawValue)
            else { return }
            opening.terms.removeAll { $0 == term.rawValue }
            turn.opening = opening.terms.isEmpty ? nil : opening
            try transaction.put(turn, at: TriggerPaths.root)
        }
    }

    private static func turn(
        of term: Term, in history: String, _ transaction: inout Transaction
    ) throws -> TriggerTurn {
        guard let turn = try transaction.get(TriggerPaths.root, as: TriggerTurn.self),
            turn.isOf(term, in: history)
        else { throw TurnOver() }
        return turn
    }

    /// Writes down how far triggers are, what they park and what is parked no more; all of it or nothing.
    ///
    /// - Returns: The names of those that are not registered any more.
    /// - Throws: ``TurnOver`` when another leader's turn has come.
    func acknowledge(
        _ acknowledgement: TriggerAcknowledgement, in term: Term
    ) async throws -> [String] {
        let history = history
        return try await transact { transaction in
            var turn = try Self.turn(of: term, in: history, &transaction)
            var missing: [String] = []
            for part in acknowledgement.parts {
                if try !Self.write(part, &transaction) { missing.append(part.name) }
            }
            if let opening = turn.opening, acknowledgement.deals(with: opening) {
                turn.opening = nil
                try transaction.put(turn, at: TriggerPaths.root)
            }
            return missing
        }
    }

    private static func write(
        _ part: TriggerAcknowledgement.Part, _ transaction: inout Transaction
    ) throws -> Bool {
        let path = try TriggerPaths.path(of: part.name)
        guard var record = try transaction.get(path, as: TriggerRecord.self) else { return false }
        if record.handled < part.handled.rawValue {
            record.handled = part.handled.rawValue
            try transaction.put(record, at: path)
        }
        for id in part.settled {
            let parked = try TriggerPaths.path(of: part.name, id)
            if try transaction.exists(parked) { try transaction.delete(parked) }
        }
        if let parking = part.parking {
            let parked = try TriggerPaths.path(of: part.name, parking.event.id)
            try transaction.put(parking.record, at: parked)
        }
        return true
    }
}

// What is parked.
extension TriggerLedger {
    /// The parked event of a trigger, as this member's tree has it.
    func parked(_ name: String, _ id: TriggerEvent.ID) throws -> ParkedRecord? {
        try LocalReads(published: engine.published).get(TriggerPaths.path(of: name, id))
    }

    /// All parked events of a trigger in a view, in order.
    static func parked(
        _ name: String, in view: TreeView
    ) throws -> [(id: TriggerEvent.ID, record: ParkedRecord)] {
        let path = try TriggerPaths.path(of: name)
        let nodes = try view.nodes(
            matching: TreePattern(path).child(where: .anyName), as: ParkedRecord.self)
        return nodes.compactMap { node in
            guard let id = TriggerPaths.parts(of: node.path)?.event, let record = node.value
            else { return nil }
            return (id, record)
        }.sorted { $0.id < $1.id }
    }

    /// Has the leader try a parked event again.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound` if it is not parked.
    func retry(_ name: String, _ id: TriggerEvent.ID) async throws {
        let path = try TriggerPaths.path(of: name, id)
        try await transact { transaction in
            guard var record = try transaction.get(path, as: ParkedRecord.self) else {
                throw Self.nothingParked(at: path)
            }
            record.isDue = true
            try transaction.put(record, at: path)
        }
    }

    /// Gives up a parked event.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound` if it is not parked.
    func discard(_ name: String, _ id: TriggerEvent.ID) async throws {
        let path = try TriggerPaths.path(of: name, id)
        try await transact { transaction in
            guard try transaction.exists(path) else { throw Self.nothingParked(at: path) }
            try transaction.delete(path)
        }
    }

    private static func nothingParked(at path: TreePath) -> StoreError {
        StoreError(.nodeNotFound, "nothing of this name is parked", path: path)
    }
}
