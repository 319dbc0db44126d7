extension CBORReader {
    /// Passes over the next item without building anything, in time linear to its size.
    ///
    /// Checks lengths, counts and shortest forms, not order of keys, UTF-8 or depth: for what a
    /// reader does not know, or knows to be valid.
    package mutating func skip() throws {
        let start = offset
        do {
            // Each pending item needs a byte at least, so the sum is bounded by the input.
            var pending = 1
            while pending > 0 {
                pending &-= 1
                pending &+= try skipHead()
                guard pending <= remaining else { throw truncated() }
            }
        } catch {
            offset = start
            throw error
        }
    }

    /// Passes over the next item and returns its bytes; see ``skip()`` for what is checked.
    package mutating func readItem() throws -> UnsafeRawBufferPointer {
        let start = offset
        try skip()
        return UnsafeRawBufferPointer(rebasing: buffer[start..<offset])
    }

    /// Passes over a scalar, a string or a header, and returns how many items belong to it.
    private mutating func skipHead() throws -> Int {
        guard offset < buffer.count else { throw truncated() }
        let initial = buffer[offset]
        switch initial >> 5 {
        case 0, 1:
            if initial & 31 < 24 {
                offset &+= 1
            } else {
                _ = try readLongArgument(initial & 31)
            }
            return 0
        case 2:
            _ = try readString(.bytes, "a byte string")
            return 0
        case 3:
            _ = try readString(.text, "a text string")
            return 0
        case 4:
            return try readArrayHeader()
        case 5:
            return try readMapHeader() &* 2
        default:
            try skipSimple(initial)
            return 0
        }
    }

    private mutating func skipSimple(_ initial: UInt8) throws {
        switch initial {
        case 0xF4, 0xF5, 0xF6: offset &+= 1
        case 0xF9, 0xFA, 0xFB: _ = try readDouble()
        default: throw unsupported()
        }
    }
}
