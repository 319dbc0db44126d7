import CBOR

/// Builds the state of a store from the stream of a ``StateSnapshot``, in pieces of any size.
///
/// Nothing is trusted: order, limits, numbers, the digest of the header and the state hash are
/// checked, and an error names the place. After an error the loader is of no use any more.
package struct StateLoader {
    private var blocks = StateBlocks()
    private var contents = StateContents()

    package init() {}

    /// Takes the next piece of the stream.
    ///
    /// - Throws: ``StateError`` for bytes that are no state.
    package mutating func consume(_ bytes: [UInt8]) throws {
        try Self.consume(bytes, &blocks, into: &contents)
    }

    private static func consume(
        _ bytes: [UInt8], _ blocks: inout StateBlocks, into contents: inout StateContents
    ) throws {
        try bytes.withUnsafeBytes { bytes in
            try blocks.consume(bytes) { try contents.load($0, at: $1) }
        }
    }

    /// Ends the stream.
    ///
    /// - Throws: ``StateError`` if something is missing or the state hash is another one.
    package consuming func finish() throws -> TreeMachine {
        guard blocks.isBetweenBlocks else {
            throw StateError("the state ends inside the block at byte \(blocks.offset)")
        }
        return try contents.finish()
    }
}
