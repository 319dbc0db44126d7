package import CBOR
package import RaftCore

// A map with integer keys in ascending order; unknown keys are passed over:
//
//     envelope = { 0: group, 1: sender, 2: receiver, content, * uint => any }
//     content = 3: message, ? ( 4: [+ entry ] // 5: bytes )
//            // 6: [* command ]
//            // 7: [* answer ]
//
// `message` is that of the core; docs/FORMAT.md has the whole grammar.
extension PeerEnvelope {
    /// Appends the envelope as one item.
    package func write(to writer: inout CBORWriter) {
        writer.writeMapHeader(content.hasAttachment ? 5 : 4)
        writer.writeUnsigned(0)
        writer.writeBytes(group.bytes)
        writer.writeUnsigned(1)
        sender.write(to: &writer)
        writer.writeUnsigned(2)
        receiver.write(to: &writer)
        content.write(to: &writer)
    }

    /// Reads what ``write(to:)`` wrote, or any bytes at all.
    ///
    /// Whether the attachment is the one that the message names is the receiver's to check.
    /// - Throws: `CBORError` or `MessageError` unless the bytes are one envelope.
    package init(encoded bytes: UnsafeRawBufferPointer) throws {
        var reader = CBORReader(bytes)
        var group: GroupID?
        var sender: MemberID?
        var receiver: MemberID?
        var content = ContentFields()
        var lowestKey: UInt64 = 0
        try reader.readFields { key, reader in
            guard key >= lowestKey else { throw MessageError("expected ascending keys") }
            lowestKey = key == .max ? key : key + 1
            switch key {
            case 0: group = try GroupID(from: &reader)
            case 1: sender = try MemberID(from: &reader)
            case 2: receiver = try MemberID(from: &reader)
            default: try content.read(key, from: &reader)
            }
        }
        try reader.expectEnd()
        guard let group, let sender, let receiver else {
            throw MessageError("expected an envelope with group, sender and receiver")
        }
        self.init(
            group: group, sender: sender, receiver: receiver, content: try content.joined())
    }
}

/// The fields that make a content, while they are read.
private struct ContentFields {
    private var message: RaftMessage?
    private var attachment = PeerAttachment.none
    private var others: [PeerContent] = []

    mutating func read(_ key: UInt64, from reader: inout CBORReader) throws {
        switch key {
        case 3: message = try RaftMessage(from: &reader)
        case 4:
            attachment = .entries(try reader.readItems { try LogEntry(from: &$0) })
        case 5:
            guard case .none = attachment else {
                throw MessageError("expected entries or a piece of a snapshot, found both")
            }
            attachment = .bytes(try reader.readBytes())
        case 6: others.append(.commands(try reader.readItems { try ForwardedCommand(from: &$0) }))
        case 7: others.append(.answers(try reader.readItems { try ForwardedAnswer(from: &$0) }))
        default: try reader.skip()
        }
    }

    func joined() throws -> PeerContent {
        if let message, others.isEmpty { return .raft(message, attachment) }
        guard message == nil, others.count == 1, case .none = attachment else {
            throw MessageError("expected a message, commands or answers, and nothing else")
        }
        return others[0]
    }
}

extension PeerContent {
    fileprivate var hasAttachment: Bool {
        guard case .raft(_, let attachment) = self else { return false }
        return attachment != .none
    }

    fileprivate func write(to writer: inout CBORWriter) {
        switch self {
        case .raft(let message, let attachment):
            writer.writeUnsigned(3)
            message.write(to: &writer)
            attachment.write(to: &writer)
        case .commands(let commands):
            writer.writeUnsigned(6)
            writer.writeArrayHeader(commands.count)
            for command in commands { command.write(to: &writer) }
        case .answers(let answers):
            writer.writeUnsigned(7)
            writer.writeArrayHeader(answers.count)
            for answer in answers { answer.write(to: &writer) }
        }
    }
}

extension PeerAttachment {
    fileprivate func write(to writer: inout CBORWriter) {
        switch self {
        case .none: break
        case .entries(let entries):
            writer.writeUnsigned(4)
            writer.writeArrayHeader(entries.count)
            for entry in entries { entry.write(to: &writer) }
        case .bytes(let bytes):
            writer.writeUnsigned(5)
            writer.writeBytes(bytes)
        }
    }
}

extension Identifier128 {
    /// Reads the sixteen bytes of an identifier.
    package init(from reader: inout CBORReader) throws {
        let bytes = try reader.readBytes()
        guard let identifier = Identifier128(bytes: bytes) else {
            throw MessageError("expected an identifier of 16 bytes, found \(bytes.count)")
        }
        self = identifier
    }
}
