/// SipHash-2-4 with 128 bits of output, over a sequence of 64-bit words in little-endian order.
///
/// The function is part of machine version 1: the same words give the same digest on every member
/// for ever. The key is fixed, so it keeps out accidents, not adversaries.
struct SipHash128 {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var wordCount: UInt64 = 0

    /// Starts with the fixed key of machine version 1.
    init() {
        self.init(key: (0x6b68_6570_7269_2d73, 0x7461_7465_2d68_6173))
    }

    /// Starts with a key.
    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    /// Adds a word.
    @inline(__always)
    mutating func append(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
        wordCount &+= 1
    }

    /// Adds a digest, low half first.
    mutating func append(digest: UInt128) {
        append(UInt64(truncatingIfNeeded: digest))
        append(UInt64(truncatingIfNeeded: digest >> 64))
    }

    /// Adds the number of the bytes and then the bytes, the last word padded with zeros.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        append(UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            append(UInt64(littleEndian: word))
            offset += 8
        }
        guard offset < bytes.count else { return }
        var last: UInt64 = 0
        for index in (offset..<bytes.count).reversed() { last = last << 8 | UInt64(bytes[index]) }
        append(last)
    }

    /// Adds the number of the bytes of a name and the bytes.
    mutating func append(_ name: PathComponent) {
        name.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Returns the digest of all that was added.
    consuming func finish() -> UInt128 {
        append(wordCount << 59)
        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return UInt128(v0 ^ v1 ^ v2 ^ v3) << 64 | UInt128(low)
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v2 &+= v3
        v1 = (v1 << 13 | v1 >> 51) ^ v0
        v3 = (v3 << 16 | v3 >> 48) ^ v2
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v1
        v0 &+= v3
        v1 = (v1 << 17 | v1 >> 47) ^ v2
        v3 = (v3 << 21 | v3 >> 43) ^ v0
        v2 = v2 << 32 | v2 >> 32
    }
}
