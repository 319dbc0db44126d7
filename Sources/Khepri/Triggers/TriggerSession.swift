import KhepriTree
import RaftCore
import RaftRuntime

/// The triggers of a process while its member leads in one term.
///
/// One loop decides everything, with ``TriggerSchedule``; whatever takes time is done by tasks that write a
/// letter when they are done.
struct TriggerSession {
    /// How often a trigger that nothing concerns writes down that it is up to date.
    static let progressPause = Duration.seconds(1)

    let engine: StoreEngine
    let term: Term
    private let mail = TriggerMail()
    private var ledger: TriggerLedger { TriggerLedger(engine: engine) }

    init(engine: StoreEngine, term: Term) {
        self.engine = engine
        self.term = term
    }

    /// What the loop knows.
    private struct State {
        var schedule: TriggerSchedule
        let patterns: [TreePattern]
        /// The names for which this process has handlers.
        let names: Set<String>
        var reading: ChangeSubscription?
        var isReading = false
        /// Whether it is in the log what the turn begins with.
        var hasOpened = false
        /// Another session is to go on when nothing is under way.
        var isStale = false
        var isOver = false
        /// When timers end.
        var alarms: Set<Instant> = []
        /// When it is looked whether there is progress to write down.
        var progressTime: Instant
    }

    /// Returns when another session is to go on, or the store is closed.
    ///
    /// - Throws: ``TriggerLedger/TurnOver``, ``StoreError``.
    func run() async throws {
        engine.triggers.tell(mail)
        let (triggers, version) = engine.triggers.triggers
        guard !triggers.isEmpty else {
            _ = await mail.take()
            return
        }
        var state = try await begin(triggers)
        try await withThrowingTaskGroup(of: Void.self) { group in
            while !state.isOver, engine.leads(in: term) {
                let now = engine.clock.now()
                noteProgress(&state, at: now)
                startAcknowledgement(&state, at: now, &group)
                if engine.triggers.triggers.version != version || state.schedule.isBehind {
                    state.isStale = true
                }
                if state.isStale, !state.schedule.isBusy { break }
                if !state.isStale {
                    startAttempt(&state, at: now, &group)
                    startReading(&state, &group)
                    startTimer(&state, at: now, &group)
                }
                let letters = await mail.take()
                if letters.isEmpty { break }
                for letter in letters { try read(letter, &state) }
            }
            group.cancelAll()
        }
    }

    private func begin(_ triggers: [Trigger]) async throws -> State {
        let claim = try await ledger.claim(triggers.map(\.name), in: term)
        let view = engine.published.view
        var lanes: [TriggerLane] = []
        for trigger in triggers {
            guard let handled = claim.handled[trigger.name] else { continue }
            var lane = TriggerLane(trigger, after: handled)
            for (id, record) in try TriggerLedger.parked(trigger.name, in: view) {
                lane.note(id, record)
            }
            lanes.append(lane)
        }
        var schedule = TriggerSchedule(
            lanes, valueBytesMaximum: engine.configuration.valueBytesMaximum)
        // Without triggers it is only waited for one to be registered.
        if lanes.isEmpty { schedule.noteRead(through: claim.revision) }
        return State(
            schedule: schedule,
            patterns: lanes.map(\.trigger.pattern) + [TriggerPaths.everything],
            names: Set(triggers.map(\.name)),
            progressTime: engine.clock.now().advanced(by: Self.progressPause))
    }
}

// What is begun.
extension TriggerSession {
    private typealias Tasks = ThrowingTaskGroup<Void, any Error>

    private func startAttempt(_ state: inout State, at now: Instant, _ group: inout Tasks) {
        guard let attempt = state.schedule.nextAttempt(at: now) else { return }
        let isFirst = !state.hasOpened
        state.hasOpened = true
        group.addTask {
            if isFirst {
                guard await open(with: attempt) else { return }
            }
            await call(attempt)
        }
    }

    /// Writes down what the turn begins with; false if its handler is not to be called.
    private func open(with attempt: TriggerSchedule.Attempt) async -> Bool {
        do {
            let turns = try await ledger.open(
                with: attempt.trigger.name, attempt.event.id, in: term)
            mail.post(.opened(turns: turns))
            guard turns > attempt.trigger.attempts.maximum else { return true }
            let failure = TriggerFailure(
                reason: "\(turns - 1) leaders in a row ended when they had begun with it",
                count: turns - 1)
            mail.post(.ended(attempt: attempt.number, failure: failure))
        } catch {
            mail.post(.openingFailed(error))
        }
        return false
    }

    /// Calls a handler, for as long as that may take.
    private func call(_ attempt: TriggerSchedule.Attempt) async {
        // The call goes on until it heeds its cancellation; the session does not wait for that.
        await withTaskGroup(of: Void.self) { [mail, engine, term] tasks in
            tasks.addTask {
                // Another one may lead by now, and then the session ends.
                guard engine.leads(in: term) else { return }
                let failure = await attempt.trigger.handle(attempt.event.subject)
                mail.post(.ended(attempt: attempt.number, failure: failure))
            }
            tasks.addTask {
                let limit = attempt.trigger.attempts.timeLimit
                await engine.pause(limit)
                if Task.isCancelled { return }
                let failure = TriggerFailure(reason: "the handler did not end within \(limit)")
                mail.post(.ended(attempt: attempt.number, failure: failure))
            }
            await tasks.next()
            tasks.cancelAll()
        }
    }

    private func startAcknowledgement(
        _ state: inout State, at now: Instant, _ group: inout Tasks
    ) {
        guard let acknowledgement = state.schedule.takeAcknowledgement(at: now) else { return }
        group.addTask { [mail, ledger, term] in
            do {
                let missing = try await ledger.acknowledge(acknowledgement, in: term)
                mail.post(.acknowledged(missing: missing))
            } catch {
                mail.post(.acknowledgementFailed(error))
            }
        }
    }

    /// Reads the next changes, if there is room for more.
    private func startReading(_ state: inout State, _ group: inout Tasks) {
        guard !state.isReading, state.schedule.hasRoom else { return }
        let reading = state.reading ?? open(&state)
        state.reading = reading
        state.isReading = true
        group.addTask { [mail] in
            do {
                if let changes = try await reading.next() {
                    mail.post(.changes(changes))
                } else {
                    mail.post(.readingEnded(nil))
                }
            } catch {
                mail.post(.readingEnded(error))
            }
        }
    }

    /// Begins to read behind what is known, or, where the history does not reach back to that, behind a gap.
    private func open(_ state: inout State) -> ChangeSubscription {
        let start = engine.machine.watches.startRevision
        if state.schedule.read < start {
            let view = engine.published.view
            state.schedule.takeGap(through: start) { lane in
                view.tree.mayHaveChanged(lane.trigger.pattern, since: lane.acknowledged)
            }
        }
        return ChangeSubscription(
            engine, state.patterns, since: .revision(state.schedule.read))
    }

    private func startTimer(_ state: inout State, at now: Instant, _ group: inout Tasks) {
        let deadline = min(state.schedule.deadline ?? state.progressTime, state.progressTime)
        state.alarms = state.alarms.filter { $0 > now }
        guard !state.alarms.contains(where: { $0 <= deadline }) else { return }
        state.alarms.insert(deadline)
        let wait = Duration.nanoseconds(Int64(clamping: deadline.nanoseconds(since: now)))
        group.addTask { [mail, engine] in
            await engine.pause(wait)
            mail.post(.time)
        }
    }

    /// Writes down now and then that triggers are up to date although nothing concerned them: a history does
    /// not reach back for ever.
    private func noteProgress(_ state: inout State, at now: Instant) {
        guard state.progressTime <= now else { return }
        state.progressTime = now.advanced(by: Self.progressPause)
        guard let revision = state.reading?.idleRevision else { return }
        state.schedule.progress(through: revision) { acknowledged in
            engine.machine.watches.hasChanges(after: acknowledged, outside: TriggerPaths.reserved)
        }
    }
}

// What has happened.
extension TriggerSession {
    private func read(_ letter: TriggerMail.Letter, _ state: inout State) throws {
        switch letter {
        case .changes(let changes):
            state.isReading = false
            try take(changes, &state)
        case .readingEnded(StoreError.Code.compacted?):
            (state.isReading, state.reading) = (false, nil)
        case .readingEnded(nil): state.isOver = true
        case .readingEnded(let error?): throw error
        case .ended(let attempt, let failure):
            state.schedule.end(attempt, failure, at: engine.clock.now())
        case .acknowledged(let missing):
            for (name, id) in state.schedule.acknowledge(missing: missing) {
                state.schedule.note(name, id, try ledger.parked(name, id))
            }
        case .acknowledgementFailed(let error):
            try passOver(error)
            state.schedule.takeBackAcknowledgement(at: engine.clock.now())
        case .opened(let turns): if turns > 1 { state.schedule.becomeCareful() }
        case .openingFailed(let error):
            try passOver(error)
            state.hasOpened = false
            state.schedule.takeBackAttempt(at: engine.clock.now())
        case .time, .registered: break
        }
    }

    private func take(_ changes: [TreeChange], _ state: inout State) throws {
        let reserved = TriggerPaths.reserved.components
        state.schedule.take(changes.filter { !$0.path.components.starts(with: reserved) })
        for change in changes {
            guard let (name, event) = TriggerPaths.parts(of: change.path) else { continue }
            if let event {
                state.schedule.note(name, event, try ledger.parked(name, event))
            } else if change.path.depth == TriggerPaths.root.depth + 1 {
                try noteRegistration(of: name, &state)
            }
        }
        if let last = changes.last { state.schedule.noteRead(through: last.revision) }
    }

    /// Takes in that a trigger was registered, unregistered, or goes on.
    private func noteRegistration(of name: String, _ state: inout State) throws {
        let isRegistered = LocalReads(published: engine.published)
            .exists(try TriggerPaths.path(of: name))
        let isKnown = state.schedule.names.contains(name)
        if !isRegistered { state.schedule.remove(name) }
        // Another session knows where it begins.
        if isRegistered, !isKnown, state.names.contains(name) { state.isStale = true }
    }

    /// Throws what will not be better the next time.
    private func passOver(_ error: any Error) throws {
        guard let error = error as? StoreError else { throw error }
        switch error.code {
        case .closed, .storageFailed, .newerFormat, .diverged, .valueCoding: throw error
        default: break
        }
    }
}

extension Tree {
    /// Whether something that a pattern can match may have been changed after a revision.
    func mayHaveChanged(_ pattern: TreePattern, since revision: Revision) -> Bool {
        var path = TreePath.root
        for condition in pattern.components {
            guard case .named(let name) = condition else { break }
            guard let parent = node(at: path) else { return true }
            let child = TreePath(components: path.components + [name])
            // It was not there then, and is not now.
            if node(at: child) == nil { return parent.childrenRevision > revision.rawValue }
            path = child
        }
        guard let node = node(at: path) else { return true }
        let last = max(node.modifiedRevision, node.childrenRevision, node.subtreeRevision)
        return last > revision.rawValue
    }
}
