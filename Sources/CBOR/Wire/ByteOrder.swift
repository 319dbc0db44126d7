/// Compares byte sequences, eight bytes at a time.
enum ByteOrder {
    /// Negative, zero or positive as the left bytes come before, equal or after the right ones.
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let shared = min(left.count, right.count)
        var index = 0
        while index &+ 8 <= shared {
            let a = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let b = right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if a != b { return a.bigEndian < b.bigEndian ? -1 : 1 }
            index &+= 8
        }
        while index < shared {
            if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
            index &+= 1
        }
        return left.count - right.count
    }

    /// Compares as the encoded text strings compare: the head, so the length, comes first.
    static func compareKeys(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Int {
        left.count == right.count ? compare(left, right) : left.count - right.count
    }
}
