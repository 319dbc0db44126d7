import CBOR

// A map with integer keys; unknown keys are passed over, empty lists are left out:
//
//     configuration = { 0: [* member], ? 1: [* member], ? 2: [* member], * uint => any }
//     member = [ node: uint, incarnation: bstr .size 16 ]
//
// 0 are the voters, 1 the outgoing voters, 2 the learners, each in ascending order.
extension Configuration {
    /// The bytes of a configuration entry, and of the configuration in a snapshot.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        let lists = [voters, outgoing, learners].enumerated().filter { key, members in
            key == 0 || !members.isEmpty
        }
        writer.writeMapHeader(lists.count)
        for (key, members) in lists {
            writer.writeUnsigned(UInt64(key))
            writer.writeArrayHeader(members.count)
            for member in members { member.write(to: &writer) }
        }
        return writer.finish()
    }

    /// Reads what ``encoded()`` wrote, or any bytes at all.
    ///
    /// - Throws: `CBORError` or ``RecoveryError`` if the bytes are no configuration.
    public init(encoded bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { buffer in
            var reader = CBORReader(buffer)
            let configuration = try Configuration(from: &reader)
            try reader.expectEnd()
            return configuration
        }
    }

    private init(from reader: inout CBORReader) throws {
        var lists: [[MemberID]] = [[], [], []]
        for _ in 0..<(try reader.readMapHeader()) {
            let key = try reader.readUnsigned()
            if key < lists.count {
                lists[Int(key)] = try MemberID.readList(from: &reader)
            } else {
                try reader.skip()
            }
        }
        guard Self.isValid(voters: lists[0], outgoing: lists[1], learners: lists[2]) else {
            throw RecoveryError("expected a configuration, found lists that cannot be one")
        }
        self.init(voters: lists[0], outgoing: lists[1], learners: lists[2])
    }
}

extension MemberID {
    fileprivate func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(2)
        writer.writeUnsigned(node)
        writer.writeBytes(incarnation.bytes)
    }

    fileprivate static func readList(from reader: inout CBORReader) throws -> [MemberID] {
        let count = try reader.readArrayHeader()
        guard count <= Configuration.membersMaximum else {
            throw RecoveryError(
                "expected at most \(Configuration.membersMaximum) members, found \(count)")
        }
        return try (0..<count).map { _ in try MemberID(from: &reader) }
    }

    private init(from reader: inout CBORReader) throws {
        let count = try reader.readArrayHeader()
        guard count >= 2 else {
            throw RecoveryError("expected a member of 2 items, found \(count)")
        }
        let node = try reader.readUnsigned()
        let bytes = try reader.readBytes()
        guard let incarnation = Identifier128(bytes: bytes) else {
            throw RecoveryError("expected an incarnation of 16 bytes, found \(bytes.count)")
        }
        for _ in 2..<count { try reader.skip() }
        self.init(node: node, incarnation: incarnation)
    }
}
