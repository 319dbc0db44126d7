/// A seeded generator (Steele, Lea and Flood, 2014), used for election jitter only.
///
/// It is part of the server's value: the same state, event and instant give the same result.
struct SplitMix64: Hashable, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from zero to a bound, bound included, evenly spread.
    mutating func next(through bound: UInt64) -> UInt64 {
        guard bound < .max else { return next() }
        return next().multipliedFullWidth(by: bound + 1).high
    }
}
