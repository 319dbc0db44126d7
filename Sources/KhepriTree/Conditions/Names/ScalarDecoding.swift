extension UnsafeRawBufferPointer {
    /// Decodes the Unicode scalar that begins at an offset.
    ///
    /// A byte that begins no well-formed sequence (Unicode 16, table 3-7) counts as U+FFFD alone.
    @inline(__always)
    func scalar(at offset: Int) -> (value: UInt32, byteCount: Int) {
        let first = self[offset]
        if first < 0x80 { return (UInt32(first), 1) }
        return multibyteScalar(at: offset, first: first)
    }

    private func multibyteScalar(at offset: Int, first: UInt8) -> (value: UInt32, byteCount: Int) {
        let malformed: (UInt32, Int) = (0xFFFD, 1)
        let byteCount: Int
        let lowest: UInt32
        switch first {
        case 0xC2...0xDF: (byteCount, lowest) = (2, 0x80)
        case 0xE0...0xEF: (byteCount, lowest) = (3, 0x800)
        case 0xF0...0xF4: (byteCount, lowest) = (4, 0x1_0000)
        default: return malformed
        }
        guard offset + byteCount <= count else { return malformed }

        var value = UInt32(first) & (0xFF >> UInt32(byteCount + 1))
        for index in offset + 1..<offset + byteCount {
            guard self[index] & 0xC0 == 0x80 else { return malformed }
            value = value << 6 | UInt32(self[index] & 0x3F)
        }
        guard value >= lowest, Unicode.Scalar(value) != nil else { return malformed }
        return (value, byteCount)
    }
}
