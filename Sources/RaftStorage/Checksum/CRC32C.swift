/// The Castagnoli CRC (RFC 3720 appendix B.4), eight bytes a step.
///
/// A value is the register after some bytes; updates can be chained over pieces.
package struct CRC32C: Sendable, Hashable {
    /// The register, inverted between the first and the last byte.
    private var register: UInt32 = 0xFFFF_FFFF

    /// The checksum of no bytes.
    package init() {}

    /// The checksum of the bytes so far.
    package var value: UInt32 { ~register }

    /// The checksum of some bytes.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes)
        return checksum.value
    }

    /// Adds bytes.
    ///
    /// O(count), above 1 GB/s in release builds.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        let count = bytes.count
        let wideCount = count & ~7
        register = Self.table.withUnsafeBufferPointer { table in
            var register = register
            var offset = 0
            while offset < wideCount {
                register = Self.step8(register, base + offset, table)
                offset += 8
            }
            while offset < count {
                let byte = base.load(fromByteOffset: offset, as: UInt8.self)
                register = table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ (register >> 8)
                offset += 1
            }
            return register
        }
    }

    /// Adds the eight bytes of an integer, lowest first.
    package mutating func update(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { update($0) }
    }

    /// Adds the four bytes of an integer, lowest first.
    package mutating func update(_ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { update($0) }
    }

    /// The reflected polynomial.
    static let polynomial: UInt32 = 0x82F6_3B78

    /// Eight tables of 256: `table[256 * k + b]` is byte `b` followed by `k` zero bytes.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var register = UInt32(byte)
            for _ in 0..<8 {
                register = (register >> 1) ^ (register & 1 == 1 ? polynomial : 0)
            }
            table[byte] = register
        }
        for index in 256..<table.count {
            let before = table[index - 256]
            table[index] = table[Int(before & 0xFF)] ^ (before >> 8)
        }
        return table
    }()

    @inline(__always)
    private static func step8(
        _ register: UInt32, _ bytes: UnsafeRawPointer, _ table: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) ^ UInt64(register)
        func entry(_ slice: Int, _ shift: UInt64) -> UInt32 {
            table[slice &* 256 &+ Int(truncatingIfNeeded: (word >> shift) & 0xFF)]
        }
        let low = entry(7, 0) ^ entry(6, 8) ^ entry(5, 16) ^ entry(4, 24)
        let high = entry(3, 32) ^ entry(2, 40) ^ entry(1, 48) ^ entry(0, 56)
        return low ^ high
    }
}
