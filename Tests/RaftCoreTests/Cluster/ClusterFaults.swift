import TestSupport

/// Which faults a run has and how its world is; chosen at random for each seed, so that runs with few
/// kinds of faults go deep and runs with many go wide (swarm testing).
struct ClusterFaults: CustomStringConvertible {
    /// All probabilities are per mille.
    var loss = 0
    var duplication = 0
    var reordering = false
    var slowLinks = 0
    var partitions = false
    var oneWayCuts = false
    var crashes = false
    var pauses = false
    var slowDisks = false
    var stuckDisks = false
    var clockSkew = false
    var membership = false
    var transfers = false
    var snapshotEvery = 0
    var damagedSnapshots = false
    var leases = false
    var tinyWindows = false
    var tightTimeouts = false
    /// Clients ask ten times as often.
    var busyClients = false
    /// Whoever is elected is soon cut off from all others, or from one.
    var hunting = false
    /// Who has voted, for itself or another, is often killed or cut off before anybody is elected.
    var ambushes = false
    var voters = 3

    init(_ random: inout TestRandom) {
        voters = [1, 2, 3, 3, 3, 4, 5, 5][random.next(through: 7)]
        if random.oneIn(3) { loss = [10, 50, 200][random.next(through: 2)] }
        if random.oneIn(3) { duplication = [10, 100, 300][random.next(through: 2)] }
        reordering = random.oneIn(3)
        if random.oneIn(4) { slowLinks = 20 }
        partitions = random.oneIn(2)
        oneWayCuts = random.oneIn(4)
        crashes = random.oneIn(2)
        pauses = random.oneIn(4)
        slowDisks = random.oneIn(3)
        stuckDisks = random.oneIn(5)
        clockSkew = random.oneIn(4)
        membership = random.oneIn(3)
        transfers = random.oneIn(4)
        if random.oneIn(2) { snapshotEvery = [5, 20, 60][random.next(through: 2)] }
        damagedSnapshots = random.oneIn(5)
        leases = random.oneIn(3)
        tinyWindows = random.oneIn(4)
        tightTimeouts = random.oneIn(4)
        busyClients = random.oneIn(4)
        hunting = random.oneIn(4)
        ambushes = random.oneIn(4)
    }

    var description: String {
        Mirror(reflecting: self).children.compactMap { child in
            guard let label = child.label else { return nil }
            if let flag = child.value as? Bool { return flag ? label : nil }
            if let number = child.value as? Int { return number == 0 ? nil : "\(label)=\(number)" }
            return nil
        }.joined(separator: " ")
    }
}
