/// SplitMix64: the same numbers for the same seed on every machine.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    mutating func below(_ limit: Int) -> Int {
        Int(next() % UInt64(limit))
    }

    /// True this many times in a hundred.
    mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }

    mutating func element<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// One of the values, as often as its weight says.
    mutating func weighted<Element>(_ choices: [(Element, Int)]) -> Element {
        var rest = below(choices.reduce(0) { $0 + $1.1 })
        for (element, weight) in choices {
            rest -= weight
            if rest < 0 { return element }
        }
        return choices[0].0
    }
}
