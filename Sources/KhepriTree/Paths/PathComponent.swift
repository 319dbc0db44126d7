/// The name of a node among its siblings: 1 to 255 bytes of UTF-8.
///
/// Names are compared, ordered and hashed by their bytes only. The first 15 bytes are held inline
/// in two big-endian words, padded with zeros, so that comparing two names is mostly comparing
/// integers. The last byte of `low` is the length for names of up to 15 bytes and 0xFF for longer
/// ones, which hold all their bytes in `overflow`.
public struct PathComponent: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64
    package let overflow: [UInt8]?

    package init(high: UInt64, low: UInt64, overflow: [UInt8]?) {
        self.high = high
        self.low = low
        self.overflow = overflow
    }
}
