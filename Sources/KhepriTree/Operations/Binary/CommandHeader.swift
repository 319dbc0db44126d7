package import CBOR

/// What every entry of the log begins with: an array whose first items are a kind and a version.
package struct CommandHeader: Hashable, Sendable {
    /// What kind of command it is.
    package var kind: UInt64
    /// The version of the kind's encoding, from 1.
    package var version: UInt64
    /// How many items follow in the array.
    package var partCount: Int

    package init(kind: UInt64, version: UInt64, partCount: Int) {
        self.kind = kind
        self.version = version
        self.partCount = partCount
    }

    /// Reads a header; the parts come next.
    ///
    /// - Throws: `CBORError` when the bytes do not begin with a header.
    package init(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        guard count >= 2 else {
            throw CommandError(.malformed, "expected a kind and a version, found \(count) items")
        }
        kind = try reader.readUnsigned()
        version = try reader.readUnsigned()
        partCount = count - 2
    }

    /// Writes the header; the parts come next.
    package func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(2 + partCount)
        writer.writeUnsigned(kind)
        writer.writeUnsigned(version)
    }
}
