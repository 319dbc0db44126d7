import CBOR
import RaftCore

/// All that a log knows of a group but its entries; one line of the group table.
struct GroupHead: Hashable {
    /// The group's name for ever.
    let group: GroupID
    /// The number that stands for it in records; never used again for another group.
    let reference: UInt32
    /// The name people gave it.
    let name: String
    var term: Term = .zero
    var vote: MemberID?
    /// The first entry that must be kept.
    var firstLive = LogIndex(1)
    /// The last entry, or the position of a snapshot that was installed beyond it.
    var lastIndex = LogIndex.zero
    /// What the newest snapshot record names.
    var snapshot: LogPosition?

    init(group: GroupID, reference: UInt32, name: String) {
        self.group = group
        self.reference = reference
        self.name = name
    }

    /// The payload of a `groupState` record.
    func encoded() -> [UInt8] {
        StructuredCoding.encode { writer in
            writer.writeMapHeader(7)
            writer.writeUnsigned(0)
            writer.writeIdentifier(group)
            writer.writeUnsigned(1)
            writer.writeText(name)
            writer.writeUnsigned(2)
            writer.writeUnsigned(term.rawValue)
            writer.writeUnsigned(3)
            writer.writeMember(vote)
            writer.writeUnsigned(4)
            writer.writeUnsigned(firstLive.rawValue)
            writer.writeUnsigned(5)
            writer.writeUnsigned(lastIndex.rawValue)
            writer.writeUnsigned(6)
            writer.writePosition(snapshot)
        }
    }

    /// The payload of an `openGroup` record.
    static func encodedOpening(_ group: GroupID, name: String) -> [UInt8] {
        StructuredCoding.encode { writer in
            writer.writeMapHeader(2)
            writer.writeUnsigned(0)
            writer.writeIdentifier(group)
            writer.writeUnsigned(1)
            writer.writeText(name)
        }
    }

    /// Reads the payload of a `groupState` or `openGroup` record.
    init(reference: UInt32, decoding payload: UnsafeRawBufferPointer) throws {
        var group: GroupID?
        var head = GroupHead(group: Identifier128(high: 0, low: 0), reference: reference, name: "")
        var name = ""
        try StructuredCoding.decodeMap(payload) { key, reader in
            switch key {
            case 0: group = try reader.readIdentifier()
            case 1: name = try reader.readText()
            case 2: head.term = Term(try reader.readUnsigned())
            case 3: head.vote = try reader.readMember()
            case 4: head.firstLive = LogIndex(try reader.readUnsigned())
            case 5: head.lastIndex = LogIndex(try reader.readUnsigned())
            case 6: head.snapshot = try reader.readPosition()
            default: return false
            }
            return true
        }
        guard let group else {
            throw CBORError(.malformed, at: 0, "expected the identifier of the group")
        }
        self.init(group: group, reference: reference, name: name)
        term = head.term
        vote = head.vote
        firstLive = head.firstLive
        lastIndex = head.lastIndex
        snapshot = head.snapshot
    }
}

extension LogIndex {
    /// The next index.
    var successor: LogIndex { LogIndex(rawValue + 1) }
}

extension GroupHead {
    /// Entries at and after an index are void.
    mutating func truncate(from index: LogIndex, _ entries: inout EntryIndex?) {
        entries?.truncate(from: index.rawValue)
        if index <= lastIndex { lastIndex = LogIndex(index.rawValue - 1) }
    }

    /// A snapshot covers the log up to a position; beyond the last entry it replaces the log.
    mutating func adopt(snapshot position: LogPosition, _ entries: inout EntryIndex?) {
        snapshot = position
        guard position.index > lastIndex else { return }
        entries?.truncate(from: 0)
        lastIndex = position.index
        firstLive = position.index.successor
    }
}
