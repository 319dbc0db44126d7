/// Reads CBOR items one after the other from borrowed memory.
///
/// Every read is bounds-checked and strict: only the shortest forms, only the kinds a store keeps.
/// A length or count is never used before that many bytes are known to be there. A read that throws
/// leaves the reader where it was. The memory must outlive the reader.
package struct CBORReader {
    /// The whole input.
    package let buffer: UnsafeRawBufferPointer
    /// Where the next item begins.
    @usableFromInline package var offset: Int
    /// How many containers were entered with ``enter()`` and not left.
    package private(set) var depth = 0

    /// Starts at an offset, by default at the first byte.
    package init(_ buffer: UnsafeRawBufferPointer, offset: Int = 0) {
        precondition(offset >= 0, "an offset is not negative")
        precondition(offset <= buffer.count, "an offset is not past the end")
        self.buffer = buffer
        self.offset = offset
    }

    /// How many bytes are left.
    package var remaining: Int { buffer.count &- offset }

    /// Whether nothing is left.
    package var isAtEnd: Bool { offset == buffer.count }

    /// Refuses bytes after the last item.
    package func expectEnd() throws {
        guard isAtEnd else {
            throw CBORError(
                .trailingBytes, at: offset, "expected the end, found \(remaining) more bytes")
        }
    }

    /// Counts one level of nesting, for readers that call themselves; ``leave()`` ends it.
    package mutating func enter() throws {
        guard depth < CBORLimit.depthMaximum else { throw tooDeep() }
        depth += 1
    }

    /// Ends a level of nesting.
    package mutating func leave() {
        precondition(depth > 0, "leave without enter")
        depth -= 1
    }

    /// The kind of the next item.
    package func peekKind() throws -> CBORKind {
        guard offset < buffer.count else { throw truncated() }
        switch buffer[offset] {
        case 0x00...0x1B: return .unsigned
        case 0x20...0x3B: return .negative
        case 0x40...0x5B: return .bytes
        case 0x60...0x7B: return .text
        case 0x80...0x9B: return .array
        case 0xA0...0xBB: return .map
        case 0xF4, 0xF5: return .boolean
        case 0xF6: return .null
        case 0xF9...0xFB: return .double
        default: throw unsupported()
        }
    }
}

extension CBORReader {
    /// Reads `null`.
    package mutating func readNull() throws {
        guard try readNullIfPresent() else { throw unexpected("null") }
    }

    /// Reads `null` if it is next, and says whether it was.
    package mutating func readNullIfPresent() throws -> Bool {
        guard offset < buffer.count else { throw truncated() }
        guard buffer[offset] == 0xF6 else { return false }
        offset &+= 1
        return true
    }

    /// Reads a truth value.
    package mutating func readBoolean() throws -> Bool {
        guard offset < buffer.count else { throw truncated() }
        let byte = buffer[offset]
        guard byte == 0xF4 || byte == 0xF5 else { throw unexpected("a boolean") }
        offset &+= 1
        return byte == 0xF5
    }

    /// Reads an integer from 0 on.
    package mutating func readUnsigned() throws -> UInt64 {
        try readHead(.unsigned, "an unsigned integer")
    }

    /// Reads an integer that the type can hold.
    @inlinable
    package mutating func readInteger<Integer: FixedWidthInteger>(
        as type: Integer.Type = Integer.self
    ) throws -> Integer {
        let start = offset
        let (argument, isNegative) = try readSignedArgument()
        let value =
            isNegative
            ? Int64(exactly: argument).flatMap { Integer(exactly: ~$0) }
            : Integer(exactly: argument)
        guard let value else {
            offset = start
            throw outOfRange("an integer that \(Integer.self) can hold")
        }
        return value
    }

    /// Reads the argument of an integer: the value, or if it is negative, −1 less the value.
    @usableFromInline
    mutating func readSignedArgument() throws -> (argument: UInt64, isNegative: Bool) {
        guard offset < buffer.count else { throw truncated() }
        let isNegative = buffer[offset] >> 5 == CBORMajor.negative.rawValue
        let argument = try readHead(isNegative ? .negative : .unsigned, "an integer")
        return (argument, isNegative)
    }

    /// Reads a text string.
    package mutating func readText() throws -> String {
        let start = offset
        let utf8 = try readString(.text, "a text string")
        guard let text = String(validating: utf8, as: UTF8.self) else {
            offset = start
            throw invalidText()
        }
        return text
    }

    /// Reads a text string as its UTF-8, which is checked.
    package mutating func readTextBuffer() throws -> UnsafeRawBufferPointer {
        let start = offset
        let utf8 = try readString(.text, "a text string")
        guard UTF8Validation.isValid(utf8) else {
            offset = start
            throw invalidText()
        }
        return utf8
    }

    /// Reads a byte string.
    package mutating func readBytes() throws -> [UInt8] {
        [UInt8](try readBytesBuffer())
    }

    /// Reads a byte string without copying it.
    package mutating func readBytesBuffer() throws -> UnsafeRawBufferPointer {
        try readString(.bytes, "a byte string")
    }

    /// Begins an array and returns its count, which is not more than the bytes that are left.
    package mutating func readArrayHeader() throws -> Int {
        let start = offset
        let count = try readHead(.array, "an array")
        guard count <= UInt64(truncatingIfNeeded: remaining) else {
            offset = start
            throw tooManyItems(count)
        }
        return Int(truncatingIfNeeded: count)
    }

    /// Begins a map and returns its count of pairs, each of which has two bytes left at least.
    package mutating func readMapHeader() throws -> Int {
        let start = offset
        let count = try readHead(.map, "a map")
        guard count <= UInt64(truncatingIfNeeded: remaining / 2) else {
            offset = start
            throw tooManyItems(count)
        }
        return Int(truncatingIfNeeded: count)
    }

    /// Reads a floating-point number.
    package mutating func readDouble() throws -> Double {
        guard offset < buffer.count else { throw truncated() }
        let initial = buffer[offset]
        guard initial >= 0xF9, initial <= 0xFB else { throw unexpected("a floating-point number") }
        let size = 1 << (initial & 7)
        guard remaining > size else { throw truncated() }
        let value = peekFloat(size)
        let isOneNaN = value.isNaN && argument(as: UInt16.self) == ShortestFloat.nan
        let isShortest = ShortestFloat(value).byteCount == size
        guard isShortest, isOneNaN || !value.isNaN else { throw notShortest() }
        offset &+= 1 &+ size
        return value
    }

    /// The floating-point number of that size after the initial byte.
    private func peekFloat(_ size: Int) -> Double {
        switch size {
        case 2: ShortestFloat.value(half: argument(as: UInt16.self))
        case 4: Double(Float(bitPattern: argument(as: UInt32.self)))
        default: Double(bitPattern: argument(as: UInt64.self))
        }
    }

    /// Reads a byte or text string without looking at its bytes.
    mutating func readString(
        _ major: CBORMajor, _ wanted: StaticString
    ) throws -> UnsafeRawBufferPointer {
        let start = offset
        let count = try readHead(major, wanted)
        guard count <= UInt64(truncatingIfNeeded: remaining) else {
            offset = start
            throw tooManyItems(count)
        }
        let end = offset &+ Int(truncatingIfNeeded: count)
        let string = UnsafeRawBufferPointer(rebasing: buffer[offset..<end])
        offset = end
        return string
    }

    /// Reads the first byte of an item of a major type with its argument.
    @inline(__always)
    mutating func readHead(_ major: CBORMajor, _ wanted: StaticString) throws -> UInt64 {
        guard offset < buffer.count else { throw truncated() }
        let initial = buffer[offset]
        guard initial >> 5 == major.rawValue else { throw unexpected(wanted) }
        let information = initial & 31
        if information < 24 {
            offset &+= 1
            return UInt64(information)
        }
        return try readLongArgument(information)
    }

    /// Reads an argument of 1, 2, 4 or 8 bytes, which no shorter form could hold.
    mutating func readLongArgument(_ information: UInt8) throws -> UInt64 {
        guard information <= 27 else { throw unsupported() }
        let size = 1 << (information - 24)
        guard remaining > size else { throw truncated() }
        let value: UInt64
        let isShortest: Bool
        switch size {
        case 1:
            value = UInt64(buffer[offset + 1])
            isShortest = value >= 24
        case 2:
            value = UInt64(argument(as: UInt16.self))
            isShortest = value > UInt8.max
        case 4:
            value = UInt64(argument(as: UInt32.self))
            isShortest = value > UInt16.max
        default:
            value = argument(as: UInt64.self)
            isShortest = value > UInt32.max
        }
        guard isShortest else { throw notShortest() }
        offset &+= 1 &+ size
        return value
    }

    /// The big-endian integer after the initial byte; the caller knows that it is there.
    @inline(__always)
    private func argument<Argument: FixedWidthInteger>(as type: Argument.Type) -> Argument {
        Argument(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 1, as: type))
    }
}
