import Foundation

/// Random numbers from a seed: the one in `KHEPRI_SEED`, or one that is printed.
struct TestRandom: RandomNumberGenerator {
    /// Repeats what the numbers led to.
    let seed: UInt64
    private var state: UInt64

    init() {
        let given = ProcessInfo.processInfo.environment["KHEPRI_SEED"].flatMap(UInt64.init)
        seed = given ?? .random(in: 0...9_999_999)
        state = seed
        print("KHEPRI_SEED=\(seed)")
    }

    /// The next number (SplitMix64).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// One of several.
    mutating func one<Element>(of elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}

extension TestRandom {
    /// A topic of few names, so that others are often like it.
    mutating func topicText(levelMaximum: Int = 5, names: [String] = Self.names) -> String {
        let count = Int.random(in: 1...levelMaximum, using: &self)
        let text = (0..<count).map { _ in one(of: names) }.joined(separator: "/")
        return text.isEmpty ? "a" : text
    }

    /// A filter that is often wide.
    mutating func filterText(levelMaximum: Int = 5, names: [String] = Self.names) -> String {
        var levels = topicText(levelMaximum: levelMaximum, names: names)
            .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        for index in levels.indices where Int.random(in: 0..<4, using: &self) == 0 {
            levels[index] = "+"
        }
        if Int.random(in: 0..<3, using: &self) == 0 { levels[levels.count - 1] = "#" }
        return levels.joined(separator: "/")
    }

    /// What names could be taken for something else, two that only bytes tell apart, and an empty one.
    static let names = ["", "a", "b", "$SYS", "*", "**", ".", "%00", "\u{e9}", "e\u{301}", " "]
}
