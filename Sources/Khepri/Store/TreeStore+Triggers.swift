import KhepriTree

extension TreeStore {
    /// Gives the store a trigger, and writes down that it is there.
    ///
    /// Register a trigger on every member that may lead, under the same name: the first time decides from
    /// which revision on it is called, and it goes on from there for ever, whoever leads. Pattern, kinds and
    /// priority may change from one version of a program to the next; those of the leader count.
    /// - Parameter trigger: What is to be done, for which changes.
    /// - Throws: ``StoreError`` `.invalidOperation` for a malformed name, kinds, attempts or pattern, a
    ///   name that this process has registered, and when the store has 128 triggers; and all that a write
    ///   throws.
    public func register(_ trigger: Trigger) async throws {
        try trigger.validate()
        try engine.triggers.add(trigger)
        do {
            try await TriggerLedger(engine: engine).register(trigger)
        } catch {
            engine.triggers.remove(trigger.name)
            throw error
        }
    }

    /// Removes a trigger from the store, on all members, with what is parked.
    ///
    /// A call that is under way ends as it likes; no other one begins.
    /// - Parameter name: The name of the trigger.
    /// - Returns: Whether there was one.
    /// - Throws: ``StoreError`` `.invalidOperation` for a malformed name, and all that a write throws.
    @discardableResult
    public func unregisterTrigger(_ name: String) async throws -> Bool {
        try Trigger.validate(name)
        let wasThere = try await TriggerLedger(engine: engine).unregister(name)
        engine.triggers.remove(name)
        return wasThere
    }

    /// Calls the handlers of this process's triggers while this member leads, until the store is closed or
    /// the task is cancelled.
    ///
    /// Run it on every member that has triggers, as a child of what runs the program. It returns when the
    /// handlers have; one that ignores its cancellation holds it up.
    /// - Throws: ``StoreError`` `.invalidOperation` when it runs already in this process,
    ///   `.storageFailed`, `.newerFormat`, and `.valueCoding` when a node below `/.khepri/triggers` is not
    ///   what the library wrote.
    public func runTriggers() async throws {
        try engine.triggers.begin()
        defer { engine.triggers.end() }
        try await TriggerRunner(engine: engine).run()
    }

    /// How the triggers of the store stand, by name, as this member knows it.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` when a node below `/.khepri/triggers` is not what the
    ///   library wrote.
    /// - Complexity: O(triggers, parked changes and changes that are not acknowledged).
    public func triggers() throws -> [TriggerStatus] {
        try TriggerLedger(engine: engine).statuses()
    }

    /// Has the leader call the handler again for a change that is parked, before other changes.
    ///
    /// - Parameters:
    ///   - id: The ``TriggerStatus/ParkedChange/id`` of the change.
    ///   - name: The name of the trigger.
    /// - Throws: ``StoreError`` `.nodeNotFound` when it is not parked, `.invalidOperation` for a malformed
    ///   name or identifier, and all that a write throws.
    public func retryParked(_ id: String, of name: String) async throws {
        try await TriggerLedger(engine: engine).retry(name, try Self.eventID(id, of: name))
    }

    /// Gives up a change that is parked.
    ///
    /// - Parameters:
    ///   - id: The ``TriggerStatus/ParkedChange/id`` of the change.
    ///   - name: The name of the trigger.
    /// - Throws: ``StoreError`` `.nodeNotFound` when it is not parked, `.invalidOperation` for a malformed
    ///   name or identifier, and all that a write throws.
    public func discardParked(_ id: String, of name: String) async throws {
        try await TriggerLedger(engine: engine).discard(name, try Self.eventID(id, of: name))
    }

    private static func eventID(_ text: String, of name: String) throws -> TriggerEvent.ID {
        try Trigger.validate(name)
        guard let id = TriggerEvent.ID(text) else {
            throw StoreError(
                .invalidOperation, "expected what names a parked change, such as 17-0")
        }
        return id
    }
}
