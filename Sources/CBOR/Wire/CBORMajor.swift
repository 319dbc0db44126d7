/// The major types of RFC 8949 §3.1: the top three bits of an item's first byte.
enum CBORMajor: UInt8 {
    case unsigned, negative, bytes, text, array, map, tag, simple
}

/// The kinds of item that are kept.
package enum CBORKind: Hashable, Sendable {
    case null, boolean, unsigned, negative, double, text, bytes, array, map
}
