import KhepriTree

/// What the hub keeps of one reader.
struct WatchReader {
    /// How many places are kept for a reader before it has to look for itself.
    static let placesMaximum = 1_024

    /// What a reader does next.
    enum Step {
        /// These concern it, or may, if it looks for itself; all that there is of their revisions.
        case changes([[UInt8]])
        /// Something it watches has changed.
        case news
        /// Wait for news.
        case wait
        /// Nothing comes any more.
        case end(StoreError?)
    }

    private enum Position {
        /// Up to date but for the changes at these places.
        case following([ChangeHistory.Place])
        /// Everything from here on is to be looked through.
        case searching(ChangeHistory.Place)
        /// Changes were missed.
        case lost
        /// Whether something has changed.
        case noting(Bool)
    }

    /// The patterns; none when the slot says it all.
    private let walks: [PatternWalk]
    /// It wants what came after that.
    private let start: Revision
    private var position: Position
    private var waiting: UnsafeContinuation<Void, Never>?

    init(walks: [PatternWalk], after start: Revision, wantsChanges: Bool) {
        self.walks = walks
        self.start = start
        position = wantsChanges ? .following([]) : .noting(false)
    }

    /// Begins with what is in the history; with nil it has missed something.
    mutating func begin(at place: ChangeHistory.Place?) {
        position = place.map { .searching($0) } ?? .lost
    }

    /// Takes note of a change that may concern the reader; returns who is to be woken.
    mutating func take(
        _ change: RecordedChange, at place: ChangeHistory.Place
    ) -> UnsafeContinuation<Void, Never>? {
        guard walks.isEmpty || walks.contains(where: { change.matches($0) }) else { return nil }
        switch position {
        // Another of its patterns led here.
        case .following(let places) where places.last == place: return nil
        case .following(var places):
            // Left behind, it looks through the history from the first one on that it has not read.
            if places.count == Self.placesMaximum {
                position = .searching(places[0])
            } else {
                position = .noting(false)
                places.append(place)
                position = .following(places)
            }
        case .searching, .lost: break
        case .noting: position = .noting(true)
        }
        return wake()
    }

    /// Takes note that changes were lost, all of them up to a revision.
    mutating func loseTrack(through revision: Revision) -> UnsafeContinuation<Void, Never>? {
        switch position {
        case .noting: position = .noting(true)
        // It knows all that was lost, from another member.
        case .following where start >= revision, .searching where start >= revision:
            position = .following([])
        case .following, .searching, .lost: position = .lost
        }
        return wake()
    }

    /// What to do next.
    mutating func step(in history: ChangeHistory) -> Step {
        if let loss = loss(in: history) { return .end(loss) }
        switch position {
        case .noting(let isNew):
            position = .noting(false)
            return isNew ? .news : .wait
        case .following(let places):
            guard !places.isEmpty else { return .wait }
            let taken = Self.take(places, from: history)
            position = .following(Array(places.dropFirst(taken.count)))
            return .changes(taken)
        case .searching(var place):
            let changes = history.read(from: &place)
            position = place < history.end ? .searching(place) : .following([])
            return changes.isEmpty ? .wait : .changes(changes)
        case .lost: return .wait
        }
    }

    /// The changes of some whole revisions from the first place on.
    private static func take(
        _ places: [ChangeHistory.Place], from history: ChangeHistory
    ) -> [[UInt8]] {
        var changes: [[UInt8]] = []
        var byteCount = 0
        var last = Revision.zero
        for place in places {
            let revision = history.revision(at: place)
            if byteCount >= ChangeHistory.readByteCount, revision != last { break }
            last = revision
            changes.append(history.bytes(at: place))
            byteCount += changes[changes.count - 1].count
        }
        return changes
    }

    /// What to tell a reader that has missed changes; nil if it has not.
    func loss(in history: ChangeHistory) -> StoreError? {
        switch position {
        case .following(let places):
            guard let first = places.first, history.isGone(first) else { return nil }
        case .searching(let place): guard history.isGone(place) else { return nil }
        case .noting: return nil
        case .lost: break
        }
        return StoreError(
            .compacted,
            "changes were missed: the history begins after revision "
                + "\(history.startRevision.rawValue)")
    }

    /// Waits for news; false if there are some.
    mutating func wait(_ continuation: UnsafeContinuation<Void, Never>) -> Bool {
        precondition(waiting == nil, "a sequence of changes has one reader at a time")
        switch position {
        case .noting(false), .following([]): break
        case .noting, .following, .searching, .lost: return false
        }
        waiting = continuation
        return true
    }

    /// Whether it waits and there is nothing for it.
    var isIdle: Bool {
        guard case .following(let places) = position else { return false }
        return waiting != nil && places.isEmpty
    }

    /// Who waits, and is to be woken.
    mutating func wake() -> UnsafeContinuation<Void, Never>? {
        defer { waiting = nil }
        return waiting
    }
}
