public import CBOR

/// A test of a payload.
public indirect enum PayloadPattern: Hashable, Sendable {
    /// `{"$any":true}`
    case anything
    /// Matches itself exactly (scalars, byte strings).
    case exactly(CBORValue)
    /// Arrays match element by element.
    case array([PayloadPattern])
    /// A map with at least these members.
    case map([Member])
    /// `{"$type":…}`
    case type(PayloadType)
    /// `{"$eq":x}` and the like; numbers by value.
    case compared(NodeCondition.Comparison, CBORValue)
    /// `{"$and":[…]}`
    case all([PayloadPattern])
    /// `{"$or":[…]}`
    case any([PayloadPattern])
    /// `{"$not":P}`
    case not(PayloadPattern)

    /// A key and the pattern of its value.
    public struct Member: Hashable, Sendable {
        public var key: CBORText
        public var pattern: PayloadPattern
    }

    /// The kinds of payload.
    public enum PayloadType: String, Hashable, Sendable, CaseIterable {
        case integer, double, string, boolean, null, array, object, bytes
    }
}
