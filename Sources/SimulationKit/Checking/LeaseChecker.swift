import RaftCore

/// What members and watchers may show of the nodes of leases.
///
/// All nodes of a lease go at one revision, or none does; not before the time to live, by the fastest of
/// clocks, has passed since it was asked for; not while its holder is told that it lives; and not too late.
/// Times are in nanoseconds of the world.
struct LeaseChecker {
    /// A node of a lease.
    struct Name: Hashable, Comparable {
        let lease: Int
        let place: Int

        /// - Returns: nil if it is the path of no such node.
        init?(path: String) {
            let parts = path.split(separator: "/")
            guard parts.count == 3, parts[0] == "leased", let lease = Int(parts[1]),
                let place = Int(parts[2])
            else { return nil }
            self.init(lease: lease, place: place)
        }

        init(lease: Int, place: Int) {
            self.lease = lease
            self.place = place
        }

        var path: String { "/leased/\(lease)/\(place)" }

        static func < (left: Name, right: Name) -> Bool {
            (left.lease, left.place) < (right.lease, right.place)
        }
    }

    /// What a member shows at a time.
    struct Sight {
        let group: GroupID
        let member: Int
        let revision: UInt64
        let nodes: [Name]
        let now: UInt64
        /// Since when it has led, and nothing has failed; nil if it does not lead or something may fail.
        let calmSince: UInt64?
    }

    private struct Record {
        let group: GroupID
        let timeToLive: UInt64
        let askedAt: UInt64
        var isRevoked = false
        var givenUpAt: UInt64?
        /// The nodes that are certainly put, each with its revision.
        var nodes: [Name: UInt64] = [:]
        /// The greatest revision at which some of it was shown.
        var lastShown: UInt64 = 0
        /// The least revision at which it was shown to have ended.
        var endShown: UInt64?
        /// The revision at which watchers were told that it ends, and of which nodes.
        var endTold: UInt64?
        var told: Set<Name> = []
    }

    /// A second of the fastest clock, in a thousandth of the world's seconds, and of the slowest.
    private static let secondLengths = (least: UInt64(950), most: UInt64(1_054))
    /// How long a leader may take to log an end that is due, with words of the holder under way.
    private static let endingMaximum: UInt64 = 1_500_000_000

    private(set) var failure: String?
    private var records: [Int: Record] = [:]
    /// The leases of each store, in the order in which they came.
    private var leases: [GroupID: [Int]] = [:]

    private mutating func fail(_ lease: Int, _ message: String) {
        failure = failure ?? "lease \(lease): \(message)"
    }

    // MARK: What the holder knows

    /// A lease was granted.
    mutating func noteGrant(
        _ lease: Int, in group: GroupID, timeToLive: UInt64, askedAt: UInt64
    ) {
        records[lease] = Record(group: group, timeToLive: timeToLive, askedAt: askedAt)
        leases[group, default: []].append(lease)
    }

    /// Nodes of a lease were put at a revision.
    mutating func notePut(_ names: [Name], at revision: UInt64) {
        for name in names {
            records[name.lease]?.nodes[name] = revision
            guard let record = records[name.lease] else { continue }
            if let end = record.endShown, end < revision {
                fail(name.lease, "a node is put at \(revision), and it had ended at \(end)")
            }
        }
        for lease in Set(names.map(\.lease)).sorted() { checkTold(lease) }
    }

    /// The holder gives a lease up: it is revoked from now on, or nobody speaks for it.
    mutating func noteGivenUp(_ lease: Int, at now: UInt64, isRevoked: Bool) {
        records[lease]?.givenUpAt = now
        if isRevoked { records[lease]?.isRevoked = true }
    }

    /// A revocation has returned at a member that is at a revision.
    mutating func noteRevoked(_ lease: Int, by revision: UInt64, leaving nodes: [Name]) {
        guard let record = records[lease] else { return }
        if !nodes.isEmpty { fail(lease, "it is revoked, and there is \(nodes[0].path)") }
        if !record.nodes.isEmpty { noteEnd(of: lease, by: revision) }
    }

    /// A write was refused as its lease has ended.
    mutating func noteRefused(_ lease: Int, isAlive: Bool) {
        if isAlive { fail(lease, "a write under it is refused, and its holder believes in it") }
    }

    // MARK: What is seen

    /// Looks at what a member shows.
    ///
    /// - Parameter isAlive: Whether the holder of a lease believes in it at this moment.
    mutating func look(_ sight: Sight, isAlive: (Int) -> Bool) {
        let shown = Dictionary(grouping: sight.nodes, by: \.lease)
        for lease in leases[sight.group] ?? [] {
            guard let record = records[lease] else { continue }
            let found = shown[lease] ?? []
            if found.isEmpty, record.endShown.map({ $0 <= sight.revision }) ?? false { continue }
            let missing = record.nodes.filter { name, revision in
                revision <= sight.revision && !found.contains(name)
            }.keys.sorted()
            if let first = missing.first {
                checkEnd(of: lease, record, sight, first, found, isAlive: isAlive(lease))
            } else if !found.isEmpty {
                // It was put at this revision at the latest.
                for name in found where record.nodes[name] == nil {
                    records[lease]?.nodes[name] = sight.revision
                }
                checkPresence(of: lease, record, sight)
            }
        }
    }

    private mutating func checkEnd(
        of lease: Int, _ record: Record, _ sight: Sight, _ missing: Name, _ found: [Name],
        isAlive: Bool
    ) {
        let place = "on host\(sight.member) at \(sight.revision)"
        if let rest = found.first {
            fail(lease, "\(missing.path) is gone \(place), and \(rest.path) is there")
        }
        if isAlive {
            fail(lease, "\(missing.path) is gone \(place), and its holder believes in it")
        }
        let age = sight.now - record.askedAt
        let least = record.timeToLive / 1_000 * Self.secondLengths.least
        if !record.isRevoked, age < least {
            fail(lease, "\(missing.path) is gone \(place), \(age) ns old, expected \(least)")
        }
        noteEnd(of: lease, by: sight.revision)
    }

    private mutating func noteEnd(of lease: Int, by revision: UInt64) {
        guard let record = records[lease] else { return }
        let end = min(record.endShown ?? revision, revision)
        records[lease]?.endShown = end
        if let late = record.nodes.values.max(), late > revision {
            fail(lease, "a node is put at \(late), and it had ended at \(end)")
        }
        if record.lastShown >= end {
            fail(lease, "it had ended at \(end), and was there at \(record.lastShown)")
        }
    }

    private mutating func checkPresence(of lease: Int, _ record: Record, _ sight: Sight) {
        records[lease]?.lastShown = max(record.lastShown, sight.revision)
        if let end = record.endShown, end <= sight.revision {
            fail(lease, "it had ended at \(end), and is there at \(sight.revision)")
        }
        guard let calmSince = sight.calmSince, let givenUpAt = record.givenUpAt else { return }
        let most = record.timeToLive / 1_000 * Self.secondLengths.most + Self.endingMaximum
        let start = max(calmSince, givenUpAt)
        if sight.now > start + most {
            fail(lease, "nobody has spoken for it for \(sight.now - start) ns, and it is there")
        }
    }

    /// Takes in what a watcher of all of them was told of a revision.
    mutating func noteDeletions(_ names: [Name], in group: GroupID, at revision: UInt64) {
        for (lease, names) in Dictionary(grouping: names, by: \.lease).sorted(by: {
            $0.key < $1.key
        }) {
            guard let record = records[lease], record.group == group else { continue }
            if let end = record.endTold, end != revision {
                fail(lease, "its nodes go at \(end), and \(names[0].path) at \(revision)")
            }
            records[lease]?.endTold = revision
            records[lease]?.told.formUnion(names)
            checkTold(lease)
        }
    }

    /// All nodes that are known were told to go, and none came later.
    private mutating func checkTold(_ lease: Int) {
        guard let record = records[lease], let end = record.endTold else { return }
        for (name, revision) in record.nodes.sorted(by: { $0.key < $1.key })
        where revision > end || !record.told.contains(name) {
            fail(lease, "it ends at \(end) without \(name.path), which was put at \(revision)")
        }
    }

    /// Leases that were given up and of which something is still there, as far as anybody has seen.
    func lingering(in group: GroupID) -> [Int] {
        (leases[group] ?? []).filter { lease in
            guard let record = records[lease] else { return false }
            return record.endShown == nil && !record.nodes.isEmpty
        }
    }
}
