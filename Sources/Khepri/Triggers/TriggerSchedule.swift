import KhepriTree
import RaftCore

/// Decides whose turn it is: which handler is called next, when one that failed is called again, and what
/// is acknowledged.
///
/// It is a value without clock and task; one handler is called at a time. The events of each trigger stay
/// in the order of the log; of several triggers the one with the earliest event comes next, of one change
/// the one with the highest priority. A trigger that waits after a failure does not hold up the others.
struct TriggerSchedule {
    /// A call of a handler.
    struct Attempt: Sendable {
        let number: Int
        let trigger: Trigger
        let event: TriggerEvent
    }

    /// How long to wait after an acknowledgement that failed.
    static let acknowledgementPause = Duration.seconds(1)

    /// The triggers in the order of their turns.
    private var lanes: [TriggerLane]
    private let valueBytesMaximum: Int
    /// Up to where all changes were taken in.
    private(set) var read: Revision
    private var running: Attempt?
    private var attemptCount = 0
    private var acknowledging: TriggerAcknowledgement?
    private var acknowledgesFrom = Instant.zero
    private var callsFrom = Instant.zero
    /// Whether each event is acknowledged before the next call, until all have caught up.
    private(set) var isCareful = false

    /// - Parameters:
    ///   - lanes: The triggers with what they have acknowledged.
    ///   - valueBytesMaximum: What a parked event may take.
    init(_ lanes: [TriggerLane], valueBytesMaximum: Int) {
        self.lanes = lanes.sorted {
            ($1.trigger.priority, $0.trigger.name) < ($0.trigger.priority, $1.trigger.name)
        }
        self.valueBytesMaximum = valueBytesMaximum
        read = lanes.map(\.acknowledged).min() ?? .zero
    }

    /// The names of the triggers, in the order of their turns.
    var names: [String] { lanes.map(\.trigger.name) }
    /// Whether a handler is being called or an acknowledgement written.
    var isBusy: Bool { running != nil || acknowledging != nil }
    /// Whether more changes may be read.
    var hasRoom: Bool { lanes.isEmpty || lanes.contains(where: \.hasRoom) }
    /// Whether a trigger has to read again what it forgot.
    var isBehind: Bool { lanes.contains(where: \.isBehind) }
}

// What comes in.
extension TriggerSchedule {
    /// Takes in changes that are all there is of their revisions.
    mutating func take(_ changes: [TreeChange]) {
        for change in changes {
            for index in lanes.indices { lanes[index].take(change) }
        }
    }

    /// Takes in that all changes up to a revision were taken in.
    mutating func noteRead(through revision: Revision) { read = max(read, revision) }

    /// Takes in that changes up to a revision are not known any more.
    ///
    /// - Parameter concerns: Whether some of them may have been for a trigger.
    mutating func takeGap(through revision: Revision, concerns: (TriggerLane) -> Bool) {
        for index in lanes.indices where concerns(lanes[index]) {
            let after = max(read, lanes[index].acknowledged)
            lanes[index].take(TriggerGap(after: after, through: revision))
        }
        read = max(read, revision)
    }

    /// Takes in what is in the tree of a parked event.
    mutating func note(_ name: String, _ id: TriggerEvent.ID, _ record: ParkedRecord?) {
        for index in lanes.indices where lanes[index].trigger.name == name {
            lanes[index].note(id, record)
        }
    }

    /// Forgets a trigger that was unregistered.
    mutating func remove(_ name: String) { lanes.removeAll { $0.trigger.name == name } }

    /// Has triggers acknowledge how far they are although nothing concerned them.
    ///
    /// - Parameters:
    ///   - revision: Everything up to there was taken in.
    ///   - isWorthIt: Whether to write that down for a trigger that has acknowledged a revision.
    mutating func progress(through revision: Revision, isWorthIt: (Revision) -> Bool) {
        noteRead(through: revision)
        if !lanes.contains(where: { $0.waitingCount > 0 }) { isCareful = false }
        for index in lanes.indices {
            let acknowledged = lanes[index].acknowledged
            guard lanes[index].reached(of: read) > acknowledged, isWorthIt(acknowledged) else {
                continue
            }
            lanes[index].progress()
        }
    }
}

// What is to be done.
extension TriggerSchedule {
    /// The handler to be called, if one is to be called now.
    mutating func nextAttempt(at now: Instant) -> Attempt? {
        guard mayCall, callsFrom <= now else { return nil }
        var first: (lane: TriggerLane, event: TriggerEvent)?
        // The order of the lanes is that of their priorities, so equals stay behind.
        for lane in lanes {
            guard let event = lane.next(at: now) else { continue }
            if let first, first.event.id.revision <= event.id.revision { continue }
            first = (lane, event)
        }
        guard let first else { return nil }
        attemptCount += 1
        running = Attempt(
            number: attemptCount, trigger: first.lane.trigger, event: first.event)
        return running
    }

    private var mayCall: Bool {
        let isOpen = acknowledging != nil || lanes.contains(where: \.wantsAcknowledgement)
        return running == nil && !(isCareful && isOpen)
    }

    /// From now on, what was handled is known when a handler ends the process.
    mutating func becomeCareful() { isCareful = true }

    /// The call that was to be made is made later; no other one comes before it.
    mutating func takeBackAttempt(at now: Instant) {
        running = nil
        callsFrom = now.advanced(by: Self.acknowledgementPause)
    }

    /// Notes the end of a call; one that had failed before by taking too long is of no interest.
    mutating func end(_ number: Int, _ failure: TriggerFailure?, at now: Instant) {
        guard let attempt = running, attempt.number == number else { return }
        running = nil
        for index in lanes.indices where lanes[index].trigger.name == attempt.trigger.name {
            lanes[index].end(
                attempt.event, failure, at: now, valueBytesMaximum: valueBytesMaximum)
        }
    }

    /// When there may be something to do although nothing happens; nil if never.
    var deadline: Instant? {
        var deadlines = mayCall ? lanes.compactMap(\.deadline).map { max($0, callsFrom) } : []
        if acknowledging == nil, lanes.contains(where: \.wantsAcknowledgement) {
            deadlines.append(acknowledgesFrom)
        }
        return deadlines.min()
    }
}

// What is written down.
extension TriggerSchedule {
    /// What is to be acknowledged now, if something is; the caller says later what became of it.
    ///
    /// While one is under way, what is handled meanwhile gathers for the next one.
    mutating func takeAcknowledgement(at now: Instant) -> TriggerAcknowledgement? {
        guard acknowledging == nil, acknowledgesFrom <= now else { return nil }
        var parts: [TriggerAcknowledgement.Part] = []
        // A parked change may be large, so each command parks one.
        var mayPark = true
        for index in lanes.indices {
            let part = lanes[index].takeAcknowledgement(read: read, mayPark: mayPark)
            guard let part else { continue }
            if part.parking != nil { mayPark = false }
            parts.append(part)
        }
        guard !parts.isEmpty else { return nil }
        acknowledging = TriggerAcknowledgement(parts: parts)
        return acknowledging
    }

    /// The acknowledgement is in the log.
    ///
    /// - Parameter missing: The triggers that were unregistered before.
    /// - Returns: What it parked. The caller notes what the tree has of that: it may be due again by now.
    @discardableResult
    mutating func acknowledge(missing: [String]) -> [(name: String, id: TriggerEvent.ID)] {
        let parts = acknowledging?.parts ?? []
        for part in parts {
            for index in lanes.indices where lanes[index].trigger.name == part.name {
                lanes[index].acknowledge(part)
            }
        }
        acknowledging = nil
        for name in missing { remove(name) }
        return parts.compactMap { part in part.parking.map { (part.name, $0.event.id) } }
    }

    /// The acknowledgement failed, or nobody knows; it is made again later.
    mutating func takeBackAcknowledgement(at now: Instant) {
        for part in acknowledging?.parts ?? [] {
            for index in lanes.indices where lanes[index].trigger.name == part.name {
                lanes[index].takeBack()
            }
        }
        acknowledging = nil
        acknowledgesFrom = now.advanced(by: Self.acknowledgementPause)
    }
}
