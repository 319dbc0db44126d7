import SimulationKit

/// What `khepri-simulate` is asked to do.
struct SimulateArguments: Sendable {
    struct Misuse: Error {
        let message: String
    }

    static let usage = """
        usage: khepri-simulate --seeds A..B [--events N] [--trace] [--jobs N] [--shrink N] [--plant BUG]
                               [--members N] [--clients N] [--keys N] [--watchers N]
                               [--transactors N] [--tenants N] [--triggers 0|1] [--faults A,B|none]
               khepri-simulate --regions HOURS --seeds A..B [--jobs N]

        Runs a simulated cluster once for each seed. The options from --members on replace what the
        seed chooses. A failure is made smaller by N runs at most, 100 if not said. With --regions the
        members are in three regions far apart, nothing fails for so many hours, and then the preferred
        region is cut off for a minute. Ends 0 if everything held, 1 if something did not, 2 for wrong arguments.
        """

    var seeds: ClosedRange<UInt64> = 0...0
    var eventsMaximum = 10_000
    var keepsTrace = false
    var jobCount = 2
    var shrinkingRunsMaximum = 100
    /// How long nothing fails in three regions, if that is to be simulated.
    var regionsHours: Int?
    private var plant: ClusterPlan.Plant?
    private var memberCount: Int?
    private var clientCount: Int?
    private var keyCount: Int?
    private var watchersPerMember: Int?
    private var transactorCount: Int?
    private var tenantCount: Int?
    private var runsTriggers: Bool?
    private var faults: Set<ClusterPlan.Fault>?

    init(_ arguments: [String]) throws(Misuse) {
        var rest = arguments[...]
        var hasSeeds = false
        while let option = rest.popFirst() {
            if option == "--trace" {
                keepsTrace = true
                continue
            }
            guard let value = rest.popFirst() else {
                throw Misuse(message: "expected a value after \(option)")
            }
            hasSeeds = hasSeeds || option == "--seeds"
            try set(option, value)
        }
        guard hasSeeds else { throw Misuse(message: "expected --seeds") }
    }

    private mutating func set(_ option: String, _ value: String) throws(Misuse) {
        switch option {
        case "--seeds": seeds = try Self.range(value)
        case "--events": eventsMaximum = try Self.number(option, value, 1...10_000_000)
        case "--jobs": jobCount = try Self.number(option, value, 1...64)
        case "--shrink": shrinkingRunsMaximum = try Self.number(option, value, 0...10_000)
        case "--regions": regionsHours = try Self.number(option, value, 1...10_000)
        case "--members": memberCount = try Self.number(option, value, 1...9)
        case "--clients": clientCount = try Self.number(option, value, 1...64)
        case "--keys": keyCount = try Self.number(option, value, 1...1_000)
        case "--watchers": watchersPerMember = try Self.number(option, value, 0...16)
        case "--transactors": transactorCount = try Self.number(option, value, 0...64)
        case "--tenants": tenantCount = try Self.number(option, value, 0...64)
        case "--triggers": runsTriggers = try Self.number(option, value, 0...1) == 1
        case "--plant":
            guard let named = ClusterPlan.Plant(rawValue: value) else {
                throw Misuse(message: "no bug is called \(value)")
            }
            plant = named
        case "--faults":
            faults = []
            for name in value.split(separator: ",") where value != "none" {
                guard let fault = ClusterPlan.Fault(rawValue: String(name)) else {
                    throw Misuse(message: "no fault is called \(name)")
                }
                faults?.insert(fault)
            }
        default: throw Misuse(message: "no option is called \(option)")
        }
    }

    private static func range(_ text: String) throws(Misuse) -> ClosedRange<UInt64> {
        let bounds = text.split(separator: ".").map { UInt64($0) }
        guard bounds.count == 2, let lower = bounds[0], let upper = bounds[1], lower <= upper else {
            throw Misuse(message: "expected seeds like 1..100, found \(text)")
        }
        return lower...upper
    }

    private static func number(
        _ option: String, _ text: String, _ allowed: ClosedRange<Int>
    ) throws(Misuse) -> Int {
        guard let number = Int(text), allowed.contains(number) else {
            throw Misuse(message: "expected a number in \(allowed) after \(option), found \(text)")
        }
        return number
    }

    /// The plan of a seed, with what the arguments replace.
    func plan(seed: UInt64) -> ClusterPlan {
        var plan = ClusterPlan(seed: seed, eventsMaximum: eventsMaximum, plant: plant)
        if let memberCount { plan.memberCount = memberCount }
        if let clientCount { plan.clientCount = clientCount }
        if let keyCount { plan.keyCount = keyCount }
        if let watchersPerMember { plan.watchersPerMember = watchersPerMember }
        if let runsTriggers { plan.runsTriggers = runsTriggers }
        if let tenantCount { plan.tenantCount = tenantCount }
        if let transactorCount { plan.transactorCount = transactorCount }
        if let faults { plan.faults = faults }
        return plan
    }
}
