package import CBOR

/// What a member says of its state at a revision, so that all can see whether they agree.
///
/// It changes nothing: the states of members that apply the same reports stay the same.
package struct StateReport: Hashable, Sendable {
    /// The kind of command this is.
    package static let kind: UInt64 = 3
    /// The version of the encoding.
    package static let version: UInt64 = 1

    /// The number of the member's host.
    package var node: UInt64
    /// Which of the lives of its disk the member is.
    package var incarnation: SessionID
    /// The command after which the state is meant.
    package var revision: Revision
    /// The hash of the state.
    package var hash: UInt128

    package init(node: UInt64, incarnation: SessionID, revision: Revision, hash: UInt128) {
        self.node = node
        self.incarnation = incarnation
        self.revision = revision
        self.hash = hash
    }
}

// The binary form: kind, version, node, incarnation, revision, and the hash as two halves.
extension StateReport {
    /// Appends the command.
    package func encode(into writer: inout CBORWriter) {
        CommandHeader(kind: Self.kind, version: Self.version, partCount: 5).write(to: &writer)
        writer.writeUnsigned(node)
        incarnation.write(to: &writer)
        writer.writeUnsigned(revision.rawValue)
        writer.writeUnsigned(UInt64(truncatingIfNeeded: hash >> 64))
        writer.writeUnsigned(UInt64(truncatingIfNeeded: hash))
    }

    /// Reads what follows the header of a command of this kind.
    init(partsOf header: CommandHeader, from reader: inout CBORReader) throws {
        guard header.version <= Self.version else {
            throw CommandError(
                .newerVersion, "expected version \(Self.version) at most, found \(header.version)")
        }
        guard header.version > 0, header.partCount == 5 else {
            throw CommandError(.malformed, "expected a member, a revision and a hash")
        }
        node = try reader.readUnsigned()
        incarnation = try SessionID(from: &reader)
        revision = Revision(try reader.readUnsigned())
        hash = try UInt128(reader.readUnsigned()) << 64 | UInt128(reader.readUnsigned())
        try reader.expectEnd()
    }
}
