import Foundation

/// A seeded generator that prints its seed; `KHEPRI_SEED` chooses it.
struct TestRandom: RandomNumberGenerator, CustomStringConvertible {
    let seed: UInt64
    private var state: UInt64

    init() {
        let chosen = ProcessInfo.processInfo.environment["KHEPRI_SEED"].flatMap { UInt64($0) }
        self.init(seed: chosen ?? .random(in: 0 ... .max))
        print("KHEPRI_SEED=\(seed)")
    }

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    var description: String { "KHEPRI_SEED=\(seed)" }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        state &+= 0x9E37_79B9_7F4A_7C15
        return state &* 0xD6E8_FEB8_6659_FD93
    }

    /// A number from zero to a bound, bound included.
    mutating func next(through bound: Int) -> Int { Int.random(in: 0...bound, using: &self) }

    /// True once in a number of times.
    mutating func oneIn(_ count: Int) -> Bool { next(through: count - 1) == 0 }
}
