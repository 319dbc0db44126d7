/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed, everywhere.
package struct TestRandom: RandomNumberGenerator, CustomStringConvertible {
    package let seed: UInt64
    private var state: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// Takes a seed that the environment gives, or a fresh one, and prints it.
    package init(for test: String = #function) {
        self.init(seed: TestRuns.seed(for: test))
    }

    package var description: String { "KHEPRI_SEED=\(seed)" }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below a limit.
    package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// A number from zero to a bound, bound included.
    package mutating func next(through bound: Int) -> Int {
        Int.random(in: 0...bound, using: &self)
    }

    /// True once in a number of times.
    package mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    /// True this many times in a hundred.
    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    package mutating func element<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// One of the values, as often as its weight says.
    package mutating func weighted<Element>(_ choices: [(Element, Int)]) -> Element {
        var rest = below(choices.reduce(0) { $0 + $1.1 })
        for (element, weight) in choices {
            rest -= weight
            if rest < 0 { return element }
        }
        return choices[0].0
    }
}
