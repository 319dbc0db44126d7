/// Checks UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
enum UTF8Validation {
    /// Whether the bytes are UTF-8.
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        firstInvalid(bytes) == nil
    }

    /// Where the first sequence that is not UTF-8 begins, nil when all is; eight bytes of ASCII are
    /// checked at a time.
    static func firstInvalid(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let count = bytes.count
        var index = 0
        while index < count {
            if index &+ 8 <= count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if word & 0x8080_8080_8080_8080 == 0 {
                    index &+= 8
                    continue
                }
            }
            let length = bytes[index] < 0x80 ? 1 : sequenceLength(bytes, at: index)
            if length == 0 { return index }
            index &+= length
        }
        return nil
    }

    /// The length of the sequence of two to four bytes there, 0 when it is none.
    private static func sequenceLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[index] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index &+ length <= bytes.count, second ~= bytes[index &+ 1] else { return 0 }
        for next in (index &+ 2)..<(index &+ length) where bytes[next] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
