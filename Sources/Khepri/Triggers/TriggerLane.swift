import KhepriTree
import RaftCore

/// What one trigger still has to deal with, and how far it is.
struct TriggerLane {
    /// An event on its way into the log, to be parked there.
    struct Parking {
        let event: TriggerEvent
        let record: ParkedRecord
    }

    let trigger: Trigger
    private let walk: PatternWalk
    /// Up to where the log says that everything is dealt with.
    private(set) var acknowledged: Revision
    /// Whether more is dealt with than was handed out to be acknowledged.
    private var hasNews = false
    /// The events that are parked, as the tree has them.
    private(set) var parked: Set<TriggerEvent.ID> = []
    /// The event that is to be parked.
    private(set) var parking: Parking?
    /// Parked events that were dealt with since, and are to go.
    private(set) var settled: [TriggerEvent.ID] = []

    private var queue: ArraySlice<TriggerEvent> = []
    /// The first revision that was not taken in, because too much waits.
    private var forgotten: Revision?
    /// Parked events that are to be tried again.
    private var due: [TriggerEvent] = []
    private var lastOrdinal = (revision: Revision.zero, ordinal: -1)
    /// How often the handler failed for the event that it failed for last.
    private var failing: (event: TriggerEvent.ID, count: Int)?
    private var notBefore = Instant.zero

    init(_ trigger: Trigger, after revision: Revision) {
        self.trigger = trigger
        walk = PatternWalk(trigger.pattern)
        acknowledged = revision
    }

    /// How many events wait.
    var waitingCount: Int { queue.count + due.count }

    /// Whether more may be taken in.
    var hasRoom: Bool { forgotten == nil && waitingCount < TriggerLimits.waitingMaximum }

    /// Whether it has caught up with what it took in, and not with the rest.
    var isBehind: Bool { forgotten != nil && waitingCount == 0 && parking == nil }

    /// Whether there is something to acknowledge.
    var wantsAcknowledgement: Bool { hasNews || parking != nil }

    /// The event that comes first.
    private var head: TriggerEvent? { due.first ?? queue.first }

    /// Up to where everything is dealt with, if everything up to a revision was taken in.
    func reached(of read: Revision) -> Revision {
        let known = forgotten.map { Revision($0.rawValue - 1) } ?? read
        return max(acknowledged, queue.first?.floor ?? known)
    }
}

// What comes in.
extension TriggerLane {
    /// Takes in a change, if the trigger is for it and has not dealt with it.
    mutating func take(_ change: TreeChange) {
        guard change.revision > acknowledged, trigger.kinds.contains(change.kind),
            change.recorded.matches(walk)
        else { return }
        let isFirst = change.revision != lastOrdinal.revision
        // What was taken in of a revision is all of it.
        if isFirst, queue.count >= TriggerLimits.keptMaximum, forgotten == nil {
            forgotten = change.revision
        }
        guard forgotten == nil else { return }
        lastOrdinal = (change.revision, isFirst ? 0 : lastOrdinal.ordinal + 1)
        let id = TriggerEvent.ID(revision: change.revision, ordinal: lastOrdinal.ordinal)
        guard !parked.contains(id) else { return }
        queue.append(TriggerEvent(.change(change), id))
    }

    /// Takes in that changes are missing up to a revision.
    mutating func take(_ gap: TriggerGap) {
        let event = TriggerEvent(gap)
        guard forgotten == nil, gap.after < gap.through, !parked.contains(event.id) else {
            return
        }
        queue.append(event)
    }

    /// Takes in what is in the tree of a parked event; nil if it is not there.
    mutating func note(_ id: TriggerEvent.ID, _ record: ParkedRecord?) {
        guard let record else {
            parked.remove(id)
            due.removeAll { $0.id == id }
            return
        }
        parked.insert(id)
        guard record.isDue, !settled.contains(id), parking?.event.id != id,
            !due.contains(where: { $0.id == id }), let subject = record.subject
        else { return }
        due.append(TriggerEvent(subject, id, parkedFailureCount: record.failures))
    }

    /// Has it acknowledged how far it is although nothing was handled.
    mutating func progress() { hasNews = true }
}

// What is to be done.
extension TriggerLane {
    /// The event whose handler is to be called, if it may be now.
    func next(at now: Instant) -> TriggerEvent? {
        guard parking == nil, notBefore <= now else { return nil }
        return head
    }

    /// When a handler that failed is to be called again; nil if none is.
    var deadline: Instant? { head != nil && parking == nil ? notBefore : nil }

    /// Notes the end of the call for the first event; nil for no failure.
    ///
    /// - Parameter valueBytesMaximum: What a parked event may take.
    mutating func end(
        _ event: TriggerEvent, _ failure: TriggerFailure?, at now: Instant, valueBytesMaximum: Int
    ) {
        guard let failure else {
            if event.parkedFailureCount != nil { settled.append(event.id) }
            return leave(event)
        }
        let formerCount = failing?.event == event.id ? failing?.count ?? 0 : 0
        let failureCount = formerCount + failure.count
        failing = (event.id, failureCount)
        notBefore = now.advanced(by: trigger.attempts.pause(after: failureCount))
        guard failureCount >= trigger.attempts.maximum else { return }
        let record = ParkedRecord(
            event, failures: failureCount + (event.parkedFailureCount ?? 0),
            failure: failure.reason)
        let mayPark = parked.contains(event.id) || parked.count < TriggerLimits.parkedMaximum
        // One that cannot be parked is tried until it succeeds: nothing is passed over.
        guard mayPark, record.byteCountMaximum <= valueBytesMaximum else { return }
        leave(event)
        parking = Parking(event: event, record: record)
    }

    /// Goes on behind an event; one that was parked may have been discarded meanwhile.
    private mutating func leave(_ event: TriggerEvent) {
        if event.parkedFailureCount != nil {
            due.removeAll { $0.id == event.id }
        } else {
            precondition(queue.first?.id == event.id, "the events of a trigger keep their order")
            queue.removeFirst()
        }
        (failing, notBefore, hasNews) = (nil, .zero, true)
    }
}

// What is written down.
extension TriggerLane {
    /// Hands out what is to be acknowledged.
    mutating func takeAcknowledgement(
        read: Revision, mayPark: Bool
    ) -> TriggerAcknowledgement.Part? {
        guard hasNews || mayPark && parking != nil else { return nil }
        hasNews = false
        // What is not parked yet is not passed.
        let isHeld = parking != nil && !mayPark
        let reached = isHeld ? parkingFloor : reached(of: read)
        return TriggerAcknowledgement.Part(
            name: trigger.name, handled: reached, parking: mayPark ? parking : nil,
            settled: settled)
    }

    private var parkingFloor: Revision {
        guard let event = parking?.event, event.parkedFailureCount == nil else {
            return acknowledged
        }
        return max(acknowledged, event.floor)
    }

    /// What was handed out is in the log.
    mutating func acknowledge(_ part: TriggerAcknowledgement.Part) {
        acknowledged = max(acknowledged, part.handled)
        settled.removeAll { part.settled.contains($0) }
        for id in part.settled { parked.remove(id) }
        guard let event = part.parking?.event else { return }
        parked.insert(event.id)
        parking = nil
    }

    /// What was handed out is not in the log, or nobody knows.
    mutating func takeBack() { hasNews = true }
}

extension ParkedRecord {
    /// More than its node takes.
    var byteCountMaximum: Int { (change?.count ?? 0) + 4 * failure.utf8.count + 256 }
}

/// What is to be written down of several triggers at once.
struct TriggerAcknowledgement: Sendable {
    struct Part: Sendable {
        let name: String
        /// Everything up to here is dealt with.
        let handled: Revision
        let parking: TriggerLane.Parking?
        /// Parked events that were dealt with since.
        let settled: [TriggerEvent.ID]
    }

    var parts: [Part]

    /// Whether it says that what a turn began with is handled or parked.
    func deals(with opening: TriggerTurn.Opening) -> Bool {
        guard let id = TriggerEvent.ID(opening.event) else { return true }
        return parts.contains { part in
            part.name == opening.name
                && (part.handled >= id.revision || part.settled.contains(id)
                    || part.parking?.event.id == id)
        }
    }
}

extension TriggerLane.Parking: Sendable {}
