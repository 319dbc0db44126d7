package import CBOR

// A message is a map with integer keys; unknown keys are passed over:
//
//     message = { 0: term, 1: kind, ? 2: fields, * uint => any }
//     term = uint   index = uint   round = uint   position = [ index, term ]
//     kind, fields =
//       0 would you vote     { 0: position, ? 1: transfer bool }
//       1 would vote         { 0: term, 1: bool }
//       2 vote               { 0: position, ? 1: transfer bool }
//       3 voted              { 1: bool }
//       4 entries            { 0: previous position, 1: [* [ term, count ] ],
//                              ? 2: [* [ index, configuration ] ], 3: bytes, 4: commit index, 5: round }
//       5 entries accepted   { 0: durable index, 1: validated index, 5: round }
//       6 entries rejected   { 0: previous index, 1: hint position, 5: round }
//       7 piece of snapshot  { 0: position, 1: configuration, 2: offset, 3: bytes, 4: last bool, 5: round }
//       8 snapshot stored    { 0: position, 2: offset, 5: round }
//       9 start an election  {}
//      10 where to read      { 0: number }
//      11 read at            { 0: number, ? 1: index }
//      12 your term is over  {}
extension RaftMessage {
    /// The message as bytes, without those of its entries or its piece of a snapshot.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        write(to: &writer)
        return writer.finish()
    }

    /// Writes what ``encoded()`` returns.
    package func write(to writer: inout CBORWriter) {
        writer.writeMapHeader(3)
        writer.writeUnsigned(0)
        writer.writeUnsigned(term.rawValue)
        writer.writeUnsigned(1)
        writer.writeUnsigned(content.kind.rawValue)
        writer.writeUnsigned(2)
        content.writeFields(to: &writer)
    }

    /// Reads what ``encoded()`` wrote, or any bytes at all.
    ///
    /// - Throws: `CBORError` or ``MessageError`` unless the bytes are a plausible message.
    public init(encoded bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { buffer in
            var reader = CBORReader(buffer)
            let message = try RaftMessage(from: &reader)
            try reader.expectEnd()
            return message
        }
    }

    /// Reads a plausible message and leaves the reader behind it.
    package init(from reader: inout CBORReader) throws {
        var term: UInt64?
        var kind: UInt64?
        var content: Content?
        try reader.readFields { key, reader in
            switch key {
            case 0: term = try reader.readUnsigned()
            case 1: kind = try reader.readUnsigned()
            case 2:
                guard let kind, let known = Kind(rawValue: kind) else {
                    throw MessageError("expected a known kind before the fields of a message")
                }
                content = try Content(known, from: &reader)
            default: try reader.skip()
            }
        }
        guard let term, let content else {
            throw MessageError("expected a message with term, kind and fields")
        }
        self.init(term: Term(term), content: content)
        guard isPlausible else {
            throw MessageError("expected a message, found parts that contradict each other")
        }
    }

    /// The number of a content on the wire.
    enum Kind: UInt64 {
        case preVoteRequest, preVoteReply, voteRequest, voteReply, append, accepted, rejected
        case snapshot, snapshotReply, timeoutNow, readRequest, readReply, outdated
    }
}

/// Bytes that no correct member sends.
public struct MessageError: Error, Hashable, Sendable {
    /// What was expected and what was found.
    public let message: String

    /// Wraps a message.
    public init(_ message: String) { self.message = message }
}
