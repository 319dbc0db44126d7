/// Visits every world that can follow from a first one, the nearest first.
struct SmallWorldSearch {
    /// How many different worlds were looked at.
    private(set) var worlds = 0
    /// How many events lead to the furthest of them.
    private(set) var depth = 0
    /// Whether there is nothing left to visit.
    private(set) var isComplete = false
    /// The shortest way to a violation, and what is violated.
    private(set) var finding: (events: [SmallWorld.Event], violations: [String])?

    /// How each world was reached: from which, and by what.
    private var origins: [(parent: Int, event: SmallWorld.Event)] = []
    /// Two independent hashes of every world seen, as worlds themselves would not fit into memory.
    private var seen: Set<Fingerprint> = []

    private struct Fingerprint: Hashable {
        let high: Int
        let low: Int

        init(_ world: SmallWorld) {
            var hasher = Hasher()
            hasher.combine(world)
            high = hasher.finalize()
            hasher = Hasher()
            hasher.combine(0)
            hasher.combine(world)
            low = hasher.finalize()
        }
    }

    init(from first: SmallWorld, worldsMaximum: Int) throws {
        var layer: [(number: Int, world: SmallWorld)] = [(-1, first)]
        seen.insert(Fingerprint(first))
        while !layer.isEmpty {
            var next: [(Int, SmallWorld)] = []
            for (number, world) in layer {
                for event in world.events {
                    let reached = try world.after(event)
                    guard seen.insert(Fingerprint(reached)).inserted else { continue }
                    worlds += 1
                    origins.append((number, event))
                    guard reached.ghost.violations.isEmpty else {
                        finding = (events(to: origins.count - 1), reached.ghost.violations)
                        return
                    }
                    guard worlds < worldsMaximum else { return }
                    next.append((origins.count - 1, reached))
                }
            }
            depth += 1
            layer = next
        }
        isComplete = true
    }

    private func events(to number: Int) -> [SmallWorld.Event] {
        var events: [SmallWorld.Event] = []
        var number = number
        while number >= 0 {
            events.append(origins[number].event)
            number = origins[number].parent
        }
        return events.reversed()
    }
}
