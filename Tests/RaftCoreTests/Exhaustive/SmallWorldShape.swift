import RaftCore

extension SmallWorld {
    /// Where an exploration begins, and how far it goes.
    struct Shape: CustomStringConvertible, Sendable {
        let members: Int
        /// Whether there is a leader, with two entries on every disk.
        let isLed: Bool
        let limits: Limits

        /// From a handful of events to many.
        static let all = [
            Shape(members: 2, isLed: false, limits: Limits(elections: 1, proposals: 1, crashes: 0)),
            Shape(members: 2, isLed: true, limits: Limits(elections: 1, proposals: 2, crashes: 1)),
            Shape(members: 3, isLed: true, limits: Limits(elections: 1, proposals: 1, crashes: 0)),
            Shape(members: 3, isLed: true, limits: Limits(elections: 2, proposals: 1, crashes: 1)),
        ]

        func world(change: (inout RaftOptions) -> Void = { _ in }) throws -> SmallWorld {
            let world = try SmallWorld(members: members, limits: limits, change: change)
            return isLed ? try world.led() : world
        }

        var description: String {
            "\(members) members\(isLed ? " with a leader" : ""), \(limits.elections) elections, "
                + "\(limits.proposals) proposals, \(limits.crashes) crashes"
        }
    }
}
