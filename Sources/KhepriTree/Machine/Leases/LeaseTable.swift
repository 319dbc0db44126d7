/// The leases of a store: each lives until a command ends it, and the nodes that are kept while it
/// lives go with it.
///
/// How long its holder may be silent is kept for whoever leads; no time passes here.
package struct LeaseTable: Sendable {
    /// The most leases of a store.
    package static let leasesMaximum = 100_000

    /// A lease with its time to live.
    package typealias Entry = (id: SessionID, milliseconds: UInt64)

    private var leases: [SessionID: UInt64] = [:]
    /// The sum over all leases.
    private(set) var hash: UInt128 = 0

    /// No leases.
    init() {}

    /// The leases that a snapshot holds.
    init(_ list: [Entry]) {
        for entry in list { _ = grant(entry.id, milliseconds: entry.milliseconds) }
    }

    package var count: Int { leases.count }
    package var isEmpty: Bool { leases.isEmpty }

    /// All leases in the order of their identities.
    package var sorted: [Entry] {
        leases.map { (id: $0.key, milliseconds: $0.value) }.sorted { $0.id < $1.id }
    }

    /// How long the holder of a lease may be silent, nil when there is no such lease.
    package func milliseconds(of id: SessionID) -> UInt64? { leases[id] }

    /// Whether there is such a lease.
    package func contains(_ id: SessionID) -> Bool { leases[id] != nil }

    /// Adds a lease; one that is there stays as it is.
    mutating func grant(_ id: SessionID, milliseconds: UInt64) -> OperationError? {
        guard leases[id] == nil else { return nil }
        guard leases.count < Self.leasesMaximum else {
            return OperationError(.tooManySessions, "there are \(Self.leasesMaximum) leases")
        }
        leases[id] = milliseconds
        hash &+= Self.hash(of: id, milliseconds)
        return nil
    }

    /// Removes a lease.
    mutating func end(_ id: SessionID) {
        guard let milliseconds = leases.removeValue(forKey: id) else { return }
        hash &-= Self.hash(of: id, milliseconds)
    }

    /// The part of the state hash.
    private static func hash(of id: SessionID, _ milliseconds: UInt64) -> UInt128 {
        var hash = StateHash.begin(id)
        hash.append(7)
        hash.append(milliseconds)
        return hash.finish()
    }
}
