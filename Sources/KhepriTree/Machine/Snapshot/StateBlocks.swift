/// Cuts the stream of a state into its blocks, whatever pieces it comes in.
struct StateBlocks {
    /// A block ends with the item that fills it, so it is never much larger than a command.
    static let byteCountMaximum = 2 * TreeLimits.commandBytesMaximum

    /// Where in the stream the next block begins.
    private(set) var offset = 0
    /// The beginning of a block that is not whole yet.
    private var rest: [UInt8] = []

    /// Whether the stream may end here.
    var isBetweenBlocks: Bool { rest.isEmpty }

    /// Takes the next piece and calls `body` with the contents of each block that is whole, and where
    /// in the stream they begin.
    ///
    /// Only what is no whole block in this piece is copied.
    mutating func consume(
        _ piece: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
    ) throws {
        var consumed = 0
        while !rest.isEmpty {
            let missing = try rest.withUnsafeBytes { try Self.missingByteCount(of: $0, at: offset) }
            if missing == 0 {
                let byteCount = try rest.withUnsafeBytes { try Self.pass($0, at: offset, body) }
                offset += byteCount
                rest.removeAll(keepingCapacity: true)
                break
            }
            guard consumed < piece.count else { return }
            let end = min(piece.count, consumed + missing)
            rest += piece[consumed..<end]
            consumed = end
        }
        while consumed < piece.count {
            let block = UnsafeRawBufferPointer(rebasing: piece[consumed...])
            guard try Self.missingByteCount(of: block, at: offset) == 0 else {
                rest += block
                return
            }
            let byteCount = try Self.pass(block, at: offset, body)
            offset += byteCount
            consumed += byteCount
        }
    }

    /// Calls `body` with the contents of a block that is whole; returns the block's size.
    private static func pass(
        _ block: UnsafeRawBufferPointer, at offset: Int,
        _ body: (UnsafeRawBufferPointer, Int) throws -> Void
    ) throws -> Int {
        guard let contents = try contents(of: block, at: offset) else {
            preconditionFailure("a whole block has a whole head")
        }
        try body(UnsafeRawBufferPointer(rebasing: block[contents]), offset + contents.lowerBound)
        return contents.upperBound
    }

    /// How many bytes are known to be missing at the end of a block, 0 if it is whole.
    private static func missingByteCount(
        of block: UnsafeRawBufferPointer, at offset: Int
    ) throws -> Int {
        guard let contents = try contents(of: block, at: offset) else { return 1 }
        return max(0, contents.upperBound - block.count)
    }

    /// Where the contents of a block are, nil if its head is not whole yet.
    private static func contents(
        of block: UnsafeRawBufferPointer, at offset: Int
    ) throws -> Range<Int>? {
        guard let initial = block.first else { return nil }
        let information = initial & 0x1F
        guard initial >> 5 == 2, information < 28 else {
            throw StateError("at byte \(offset) of the state: expected a block as a byte string")
        }
        let start = information < 24 ? 1 : 1 + (1 << Int(information - 24))
        guard block.count >= start else { return nil }
        let isInHead = information < 24
        let length = block[1..<start].reduce(isInHead ? UInt64(information) : 0) {
            $0 << 8 | UInt64($1)
        }
        guard length <= UInt64(byteCountMaximum) else {
            throw StateError(
                "at byte \(offset) of the state: expected a block of at most "
                    + "\(byteCountMaximum) bytes, found \(length)")
        }
        return start..<start + Int(length)
    }
}
