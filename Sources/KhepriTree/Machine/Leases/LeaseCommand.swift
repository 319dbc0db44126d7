package import CBOR

/// The beginning or the end of a lease; applied any number of times it does the same as once.
package enum LeaseCommand: Hashable, Sendable {
    /// The lease is there from now on, and its holder may be silent for so long.
    case grant(SessionID, milliseconds: UInt64)
    /// Its holder gives it up.
    case revoke(SessionID)
    /// The leader of a term has heard nothing of its holder for long enough.
    ///
    /// In the log of another term it does nothing: that term's leader counts for itself, and may have
    /// told the holder that the lease goes on.
    case expire(SessionID, term: UInt64)

    /// The kind of command this is.
    package static let kind: UInt64 = 4
    /// The version of the encoding.
    package static let version: UInt64 = 1
}

// The binary form: kind, version, what happens, identity, and the time to live or the term.
extension LeaseCommand {
    private enum Code {
        static let grant: UInt64 = 0
        static let revoke: UInt64 = 1
        static let expire: UInt64 = 2
    }

    /// Appends the command.
    package func encode(into writer: inout CBORWriter) {
        let (code, id, number): (UInt64, SessionID, UInt64?) =
            switch self {
            case .grant(let id, let milliseconds): (Code.grant, id, milliseconds)
            case .revoke(let id): (Code.revoke, id, nil)
            case .expire(let id, let term): (Code.expire, id, term)
            }
        CommandHeader(kind: Self.kind, version: Self.version, partCount: number == nil ? 2 : 3)
            .write(to: &writer)
        writer.writeUnsigned(code)
        id.write(to: &writer)
        if let number { writer.writeUnsigned(number) }
    }

    /// Reads what follows the header of a command of this kind.
    init(partsOf header: CommandHeader, from reader: inout CBORReader) throws {
        guard header.version <= Self.version else {
            throw CommandError(
                .newerVersion, "expected version \(Self.version) at most, found \(header.version)")
        }
        guard header.version > 0, 2...3 ~= header.partCount else {
            throw CommandError(.malformed, "expected a code, an identity and a number")
        }
        let code = try reader.readUnsigned()
        let id = try SessionID(from: &reader)
        switch (code, header.partCount) {
        case (Code.grant, 3): self = .grant(id, milliseconds: try Self.readTimeToLive(&reader))
        case (Code.revoke, 2): self = .revoke(id)
        case (Code.expire, 3): self = .expire(id, term: try reader.readUnsigned())
        default: throw CommandError(.malformed, "expected what happens to a lease, found \(code)")
        }
        try reader.expectEnd()
    }

    /// Reads a time to live in milliseconds.
    static func readTimeToLive(_ reader: inout CBORReader) throws -> UInt64 {
        let milliseconds = try reader.readUnsigned()
        guard TreeLimits.leaseMilliseconds.contains(milliseconds) else {
            throw CommandError(
                .limitExceeded,
                "expected a time to live of \(TreeLimits.leaseMilliseconds) ms, "
                    + "found \(milliseconds)")
        }
        return milliseconds
    }
}
