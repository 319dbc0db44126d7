import CBOR
import RaftCore

/// Reads and writes the CBOR maps with integer keys that storage keeps beside the entries.
enum StructuredCoding {
    /// Encodes one item.
    static func encode(_ body: (inout CBORWriter) -> Void) -> [UInt8] {
        var writer = CBORWriter()
        body(&writer)
        return writer.finish()
    }

    /// Walks one map; the body reads the value of a key it knows and returns whether it did.
    ///
    /// Unknown keys are skipped, so that later versions may add some.
    static func decodeMap(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ key: UInt64, _ reader: inout CBORReader) throws -> Bool
    ) throws {
        var reader = CBORReader(bytes)
        for _ in 0..<(try reader.readMapHeader()) {
            let key = try reader.readUnsigned()
            if try !body(key, &reader) { try reader.skip() }
        }
        try reader.expectEnd()
    }
}

extension CBORWriter {
    mutating func writeIdentifier(_ identifier: Identifier128) {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
            guard let base = buffer.baseAddress else { return }
            base.storeIdentifier(identifier, at: 0)
            writeBytes(UnsafeRawBufferPointer(buffer))
        }
    }

    /// A member as an array of two, or null.
    mutating func writeMember(_ member: MemberID?) {
        guard let member else { return writeNull() }
        writeArrayHeader(2)
        writeUnsigned(member.node)
        writeIdentifier(member.incarnation)
    }

    /// A position as an array of index and term, or null.
    mutating func writePosition(_ position: LogPosition?) {
        guard let position else { return writeNull() }
        writeArrayHeader(2)
        writeUnsigned(position.index.rawValue)
        writeUnsigned(position.term.rawValue)
    }
}

extension CBORReader {
    mutating func readIdentifier() throws -> Identifier128 {
        let bytes = try readBytesBuffer()
        guard bytes.count == 16, let base = bytes.baseAddress else {
            throw CBORError(.outOfRange, at: offset, "expected an identifier of 16 bytes")
        }
        return base.identifier(at: 0)
    }

    mutating func readMember() throws -> MemberID? {
        if try readNullIfPresent() { return nil }
        try expectPair()
        return MemberID(node: try readUnsigned(), incarnation: try readIdentifier())
    }

    mutating func readPosition() throws -> LogPosition? {
        if try readNullIfPresent() { return nil }
        try expectPair()
        return LogPosition(index: LogIndex(try readUnsigned()), term: Term(try readUnsigned()))
    }

    private mutating func expectPair() throws {
        guard try readArrayHeader() == 2 else {
            throw CBORError(.outOfRange, at: offset, "expected an array of two")
        }
    }
}

extension MemberID {
    /// Reads the payload of a `hardState` record: a member, or nothing.
    init?(decodingVote payload: UnsafeRawBufferPointer) throws {
        guard !payload.isEmpty else { return nil }
        var reader = CBORReader(payload)
        guard let member = try reader.readMember() else { return nil }
        try reader.expectEnd()
        self = member
    }
}
