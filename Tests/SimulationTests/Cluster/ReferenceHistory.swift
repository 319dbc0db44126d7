import SimulationKit

/// What clients see of registers that are linearizable, because each call takes effect at once at a
/// moment between its start and its end.
struct ReferenceHistory {
    private(set) var calls: [RegisterCall] = []
    private var random: SeededRandom
    private let keys: Int
    private let clients: Int
    private var contents: [Int: Int] = [:]

    init(seed: UInt64, keys: Int, clients: Int) {
        random = SeededRandom(seed: seed)
        self.keys = keys
        self.clients = clients
    }

    /// Makes calls, each of which takes effect at the time ten times its number.
    mutating func run(calls count: Int) {
        for number in 1...count { perform(number) }
    }

    private mutating func perform(_ number: Int) {
        let key = random.number(below: keys)
        let moment = UInt64(number) * 10 + 1_000
        let start = moment - UInt64(random.number(below: clients * 5))
        let end = moment + UInt64(random.number(below: clients * 5))
        let isLost = random.isOne(in: 20)
        // A call that is lost takes effect or does not.
        let happens = !isLost || random.isOne(in: 2)
        let (operation, outcome) = perform(number, on: key, happens: happens)
        calls.append(
            RegisterCall(
                key: key, operation: operation, outcome: isLost ? .unknown : outcome,
                start: start, end: end))
    }

    private mutating func perform(
        _ number: Int, on key: Int, happens: Bool
    ) -> (RegisterCall.Operation, RegisterCall.Outcome) {
        let content = contents[key]
        switch random.number(below: 3) {
        case 0:
            return (.read, .found(content))
        case 1:
            if happens { contents[key] = number }
            return (.write(number), .done(true))
        default:
            let expected = random.isOne(in: 3) ? number : content
            let fits = expected == content
            if happens, fits { contents[key] = number }
            return (.compareAndSet(expected: expected, new: number), .done(fits))
        }
    }

    /// The history with one lie each.
    func doctored() -> [(name: String, calls: [RegisterCall])] {
        let end = (calls.map(\.end).max() ?? 0) + 10
        func call(
            _ place: UInt64, _ operation: RegisterCall.Operation, _ outcome: RegisterCall.Outcome
        ) -> RegisterCall {
            let start = end + place * 10
            return RegisterCall(
                key: 0, operation: operation, outcome: outcome, start: start, end: start + 1)
        }
        let (first, second) = (
            call(0, .write(-1), .done(true)), call(1, .write(-2), .done(true))
        )
        let comparison = RegisterCall.Operation.compareAndSet(expected: -2, new: -3)
        return [
            ("a content that nobody wrote", calls + [call(0, .read, .found(-1))]),
            ("a write that is lost", calls + [first, second, call(2, .read, .found(-1))]),
            (
                "a content that comes back",
                calls + [first, call(0, .write(-2), .done(true))]
                    + [-1, -2, -1].enumerated().map {
                        call(UInt64($0) + 1, .read, .found($1))
                    }
            ),
            (
                "a comparison that succeeds twice",
                calls + [first, second]
                    + [call(2, comparison, .done(true)), call(3, comparison, .done(true))]
            ),
        ]
    }
}
