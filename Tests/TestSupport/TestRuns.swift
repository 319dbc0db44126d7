import Foundation

/// How long random tests run and where they begin, as the environment says.
package enum TestRuns {
    /// How many times as much as usual the random and repeated tests do: `KHEPRI_TEST_SCALE`.
    package static let scale = max(1, number("KHEPRI_TEST_SCALE").map(Int.init(clamping:)) ?? 1)

    /// The seed of the one run that is to be repeated: `KHEPRI_SEED`.
    package static let givenSeed = number("KHEPRI_SEED")

    /// The seeds of a row of runs: the given one, or as many as usual times the scale from 1 on.
    package static func seeds(usually count: Int) -> [UInt64] {
        givenSeed.map { [$0] } ?? (1...UInt64(count * scale)).map { $0 }
    }

    /// The seed of a test, printed: the given one, or a fresh one.
    package static func seed(for test: String = #function) -> UInt64 {
        let seed = givenSeed ?? .random(in: 0 ... .max)
        print("\(test): KHEPRI_SEED=\(seed)")
        return seed
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
