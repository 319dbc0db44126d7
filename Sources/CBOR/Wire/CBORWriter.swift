/// Appends CBOR items to memory of its own, always in the shortest form.
///
/// The caller gives the structure: a header says how many items follow, and the keys of a map come
/// in the order of RFC 8949 §4.2.1. Reuse one writer for many items: ``reset()`` and ``finish()``
/// keep the capacity, and writing then allocates nothing.
package struct CBORWriter: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var length: Int

    /// Makes an empty writer with room for some bytes.
    package init(capacity: Int = 256) {
        precondition(capacity >= 0, "a capacity is not negative")
        self.capacity = max(capacity, 16)
        base = .allocate(byteCount: self.capacity, alignment: 1)
        length = 0
    }

    deinit {
        base.deallocate()
    }

    /// How many bytes are written.
    package var count: Int { length }

    /// Forgets what is written and keeps the capacity.
    package mutating func reset() {
        length = 0
    }

    /// Returns a copy of what is written, and resets.
    package mutating func finish() -> [UInt8] {
        let bytes = copyBytes()
        length = 0
        return bytes
    }

    /// Lends what is written.
    package borrowing func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: length))
    }

    /// Makes room and returns where the next byte goes.
    @inline(__always)
    mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
        if capacity &- length < byteCount { grow(byteCount) }
        return base + length
    }

    @inline(never)
    mutating func grow(_ byteCount: Int) {
        let wanted = max(capacity * 2, length + byteCount)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 1)
        larger.copyMemory(from: base, byteCount: length)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    private borrowing func copyBytes() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer)
                .copyMemory(from: UnsafeRawBufferPointer(start: base, count: length))
            count = length
        }
    }
}

// A writer owns its memory alone and cannot be copied, so it can move between threads.
extension CBORWriter: @unchecked Sendable {}

extension CBORWriter {
    /// Writes `null`.
    package mutating func writeNull() {
        writeByte(0xF6)
    }

    /// Writes a truth value.
    package mutating func writeBoolean(_ value: Bool) {
        writeByte(value ? 0xF5 : 0xF4)
    }

    /// Writes an integer from 0 on.
    package mutating func writeUnsigned(_ value: UInt64) {
        writeHead(.unsigned, value)
    }

    /// Writes an integer.
    package mutating func writeInteger(_ value: Int64) {
        if value >= 0 {
            writeHead(.unsigned, UInt64(bitPattern: value))
        } else {
            writeHead(.negative, UInt64(bitPattern: ~value))
        }
    }

    /// Writes a floating-point number in the shortest form that keeps its value; any NaN as the one.
    package mutating func writeDouble(_ value: Double) {
        switch ShortestFloat(value) {
        case .half(let bits): writeBigEndian(0xF9, bits)
        case .single(let bits): writeBigEndian(0xFA, bits)
        case .double(let bits): writeBigEndian(0xFB, bits)
        }
    }

    /// Writes a text string.
    package mutating func writeText(_ text: String) {
        text.withUTF8Bytes { writeText(utf8: $0) }
    }

    /// Writes a text string given as UTF-8, which is not checked.
    package mutating func writeText(utf8: UnsafeRawBufferPointer) {
        writeHead(.text, UInt64(utf8.count))
        writeEncoded(utf8)
    }

    /// Writes a byte string.
    package mutating func writeBytes(_ bytes: UnsafeRawBufferPointer) {
        writeHead(.bytes, UInt64(bytes.count))
        writeEncoded(bytes)
    }

    /// Writes a byte string.
    package mutating func writeBytes(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { writeBytes($0) }
    }

    /// Begins an array: that many items follow.
    package mutating func writeArrayHeader(_ count: Int) {
        writeHead(.array, UInt64(count))
    }

    /// Begins a map: that many pairs of a key and a value follow.
    package mutating func writeMapHeader(_ count: Int) {
        writeHead(.map, UInt64(count))
    }

    /// Writes items that are encoded already, as they are.
    package mutating func writeEncoded(_ items: UnsafeRawBufferPointer) {
        guard let source = items.baseAddress, items.count > 0 else { return }
        reserve(items.count).copyMemory(from: source, byteCount: items.count)
        length &+= items.count
    }

    /// Writes items that are encoded already, as they are.
    package mutating func writeEncoded(_ items: [UInt8]) {
        items.withUnsafeBytes { writeEncoded($0) }
    }

    @inline(__always)
    mutating func writeByte(_ byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
        length &+= 1
    }

    @inline(__always)
    mutating func writeHead(_ major: CBORMajor, _ argument: UInt64) {
        if argument < 24 {
            writeByte(major.rawValue << 5 | UInt8(truncatingIfNeeded: argument))
        } else {
            writeLongHead(major, argument)
        }
    }

    mutating func writeLongHead(_ major: CBORMajor, _ argument: UInt64) {
        let initial = major.rawValue << 5
        if let short = UInt8(exactly: argument) {
            writeBigEndian(initial | 24, short)
        } else if let short = UInt16(exactly: argument) {
            writeBigEndian(initial | 25, short)
        } else if let short = UInt32(exactly: argument) {
            writeBigEndian(initial | 26, short)
        } else {
            writeBigEndian(initial | 27, argument)
        }
    }

    @inline(__always)
    private mutating func writeBigEndian<Argument: FixedWidthInteger>(
        _ initial: UInt8, _ argument: Argument
    ) {
        let size = 1 + MemoryLayout<Argument>.size
        let place = reserve(size)
        place.storeBytes(of: initial, as: UInt8.self)
        place.storeBytes(of: argument.bigEndian, toByteOffset: 1, as: Argument.self)
        length &+= size
    }
}
