/// Tasks that each do one thing after another, all at the same time.
enum Callers {
    /// Measures how long each thing takes.
    ///
    /// - Parameter makeAction: What a caller does, by his number; it is told how often he did it.
    static func run(
        _ count: Int, seconds: Double,
        _ makeAction: @escaping @Sendable (Int) -> @Sendable (Int) async throws -> Void
    ) async throws -> Samples {
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        return try await withThrowingTaskGroup(of: Latencies.self) { group in
            for caller in 0..<count {
                group.addTask {
                    let action = makeAction(caller)
                    var latencies = Latencies()
                    var number = 0
                    repeat {
                        let before = ContinuousClock.now
                        try await action(number)
                        latencies.add(ContinuousClock.now - before)
                        number += 1
                    } while ContinuousClock.now < end
                    return latencies
                }
            }
            var samples = Samples()
            for try await part in group { samples.latencies.merge(part) }
            samples.seconds = (ContinuousClock.now - start).inSeconds
            return samples
        }
    }
}
