/// Tells a slow connection from one that takes nothing, by looking at it now and then.
struct ProgressGauge {
    /// The bytes that had gone out at the last look, if others waited then.
    private var gone: Int?

    /// Whether bytes wait, as they did at the last look, and none has gone out since.
    ///
    /// - Parameters:
    ///   - written: All bytes that the connection was given.
    ///   - waiting: Those of them that it still has.
    mutating func isStalled(written: Int, waiting: Int) -> Bool {
        let before = gone
        gone = waiting > 0 ? written - waiting : nil
        guard let before, let gone else { return false }
        return gone <= before
    }
}
