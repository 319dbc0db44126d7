import RaftCore

/// What a host wants to send, in order for each member of each group.
///
/// An envelope whose entries have to be read from disk holds up those behind it, so that the order is
/// kept: an append that overtakes another one would be refused.
struct Outbox {
    /// The way to one member of one group.
    struct Route: Hashable, Sendable {
        let slot: GroupSlot
        let member: MemberID
    }

    private enum Parcel {
        case whole(PeerEnvelope)
        /// The entries that the message names are to be read.
        case lacking(PeerEnvelope, ClosedRange<LogIndex>)
    }

    /// More envelopes behind one that waits for the disk are dropped; the core sends them again.
    static let waitingMaximum = 256

    /// What can be sent now.
    private(set) var ready: [PeerEnvelope] = []
    /// Of each route that waits for the disk, what waits; the first one lacks its entries.
    private var waiting: [Route: [Parcel]] = [:]

    /// Adds an envelope that has everything it needs.
    mutating func add(_ envelope: PeerEnvelope, to route: Route) {
        guard let count = waiting[route]?.count else { return ready.append(envelope) }
        if count < Self.waitingMaximum { waiting[route]?.append(.whole(envelope)) }
    }

    /// Adds an envelope whose entries are on disk only; true if they are to be read now.
    mutating func add(
        _ envelope: PeerEnvelope, lacking indexes: ClosedRange<LogIndex>, to route: Route
    ) -> Bool {
        guard let count = waiting[route]?.count else {
            waiting[route] = [.lacking(envelope, indexes)]
            return true
        }
        if count < Self.waitingMaximum { waiting[route]?.append(.lacking(envelope, indexes)) }
        return false
    }

    /// Goes on with a route whose entries were read, or are no longer there.
    ///
    /// - Returns: What is to be read next for the route.
    mutating func resume(_ route: Route, with entries: [LogEntry]?) -> ClosedRange<LogIndex>? {
        guard var parcels = waiting[route], case .lacking(let first, _)? = parcels.first else {
            preconditionFailure("entries were read for nobody")
        }
        parcels.removeFirst()
        if let entries, case .raft(let message, _) = first.content {
            var envelope = first
            envelope.content = .raft(message, .entries(entries))
            if envelope.isComplete { ready.append(envelope) }
        }
        while let next = parcels.first {
            if case .lacking(_, let indexes) = next {
                waiting[route] = parcels
                return indexes
            }
            if case .whole(let envelope) = next { ready.append(envelope) }
            parcels.removeFirst()
        }
        waiting[route] = nil
        return nil
    }

    /// Takes out what can be sent.
    mutating func takeReady() -> [PeerEnvelope] {
        defer { ready.removeAll(keepingCapacity: true) }
        return ready
    }
}
