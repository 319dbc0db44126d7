public import CBOR

/// A test of a payload.
///
/// Patterns follow the shape of the value: ``map(_:)`` and ``array(_:)`` hold patterns of what is
/// inside. Where a pattern looks for something that the payload does not have there, it does not
/// match; only ``not(_:)`` and ``compared(_:_:)`` with `ne` turn that round.
public indirect enum PayloadPattern: Hashable, Sendable {
    /// `{"$any":true}`: every payload.
    case anything
    /// This scalar and no other: `1` is not `1.0`.
    ///
    /// A command with an array or map here is refused: ``compared(_:_:)`` with `eq` takes these.
    case exactly(CBORValue)
    /// An array of as many elements, each of which matches.
    case array([PayloadPattern])
    /// A map with at least these members, whose values match.
    case map([Member])
    /// `{"$type":…}`: a value of this type.
    case type(PayloadType)
    /// `{"$eq":x}` and the like: the payload compared with a constant, the payload on the left.
    ///
    /// Numbers are compared by value and exactly, whatever their kind, so `1` equals `1.0` and
    /// `-0.0` equals `0.0`, also inside arrays and maps; NaN equals nothing. Text and byte strings
    /// are ordered by their bytes. `ne` is the opposite of `eq`. `lt le gt ge` are false for
    /// values of different types and for those without an order: null, booleans, arrays, maps.
    case compared(NodeCondition.Comparison, CBORValue)
    /// `{"$and":[…]}`: all match; true when empty.
    case all([PayloadPattern])
    /// `{"$or":[…]}`: one matches; false when empty.
    case any([PayloadPattern])
    /// `{"$not":P}`: the inner pattern does not match.
    case not(PayloadPattern)

    /// A key and the pattern of its value.
    public struct Member: Hashable, Sendable {
        /// The key, compared by its bytes.
        public var key: CBORText
        /// What the value has to match.
        public var pattern: PayloadPattern

        /// Joins a key and a pattern.
        public init(key: CBORText, pattern: PayloadPattern) {
            self.key = key
            self.pattern = pattern
        }
    }

    /// The types of value that a pattern can ask for.
    public enum PayloadType: String, Hashable, Sendable, CaseIterable {
        case integer, double, string, boolean, null, array, object, bytes
    }
}
