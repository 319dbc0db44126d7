extension CRC32C {
    /// Where one flipped bit explains the difference between two checksums.
    ///
    /// The CRC is linear: flipping bit `b` of a byte with `d` bytes after it changes the register
    /// by `b` stepped over `d + 1` zero bytes. Stepping the difference back must give one bit.
    /// - Parameter difference: The stored checksum, exclusive or the computed one.
    /// - Returns: The offset of the byte among `byteCount`, or nil if no single bit explains it.
    static func flippedBytePlace(_ difference: UInt32, byteCount: Int) -> Int? {
        var register = difference
        for place in stride(from: byteCount - 1, through: 0, by: -1) {
            register = stepBack(register)
            if register < 256 && register.nonzeroBitCount == 1 { return place }
        }
        return nil
    }

    /// Undoes the step over one zero byte.
    private static func stepBack(_ register: UInt32) -> UInt32 {
        var register = register
        for _ in 0..<8 {
            let wasOdd = register >> 31 == 1
            register = ((wasOdd ? register ^ polynomial : register) << 1) | (wasOdd ? 1 : 0)
        }
        return register
    }
}
