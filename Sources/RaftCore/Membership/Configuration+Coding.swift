package import CBOR

// A map with integer keys; unknown keys are passed over, empty lists are left out:
//
//     configuration = { 0: [* member], ? 1: [* member], ? 2: [* member], ? 3: [* member],
//                       ? 4: [* priority], ? 5: [* details], * uint => any }
//     member = [ node: uint, incarnation: bstr .size 16 ]
//     priority = [ member, value: int ]
//     details = [ member, bytes: bstr .size (1..1024) ]
//
// 0 are the voters, 1 the outgoing voters, 2 the learners, 3 the learners to be promoted, 4 the
// priorities, 5 what the hosts of members say of themselves, each in ascending order of members.
extension Configuration {
    /// The bytes of a configuration entry, and of the configuration in a snapshot.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        write(to: &writer)
        return writer.finish()
    }

    func write(to writer: inout CBORWriter) {
        let lists = [voters, outgoing, learners, promotable].enumerated().filter { key, members in
            key == 0 || !members.isEmpty
        }
        writer.writeMapHeader(
            lists.count + (priorities.isEmpty ? 0 : 1) + (details.isEmpty ? 0 : 1))
        for (key, members) in lists {
            writer.writeUnsigned(UInt64(key))
            writer.writeArrayHeader(members.count)
            for member in members { member.write(to: &writer) }
        }
        writePriorities(to: &writer)
        writeDetails(to: &writer)
    }

    private func writePriorities(to writer: inout CBORWriter) {
        guard !priorities.isEmpty else { return }
        writer.writeUnsigned(4)
        writer.writeArrayHeader(priorities.count)
        for priority in priorities {
            writer.writeArrayHeader(2)
            priority.member.write(to: &writer)
            writer.writeInteger(Int64(priority.value))
        }
    }

    private func writeDetails(to writer: inout CBORWriter) {
        guard !details.isEmpty else { return }
        writer.writeUnsigned(5)
        writer.writeArrayHeader(details.count)
        for detail in details {
            writer.writeArrayHeader(2)
            detail.member.write(to: &writer)
            writer.writeBytes(detail.bytes)
        }
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

    init(from reader: inout CBORReader) throws {
        var lists: [[MemberID]] = [[], [], [], []]
        var priorities: [Priority] = []
        var details: [Details] = []
        for _ in 0..<(try reader.readMapHeader()) {
            let key = try reader.readUnsigned()
            if key < lists.count {
                lists[Int(key)] = try MemberID.readList(from: &reader)
            } else if key == 4 {
                priorities = try Priority.readList(from: &reader)
            } else if key == 5 {
                details = try Details.readList(from: &reader)
            } else {
                try reader.skip()
            }
        }
        let configuration = Configuration(
            checking: lists[0], outgoing: lists[1], learners: lists[2], promotable: lists[3],
            priorities: priorities, details: details)
        guard let configuration else {
            throw RecoveryError("expected a configuration, found lists that cannot be one")
        }
        self = configuration
    }
}

extension Configuration.Priority {
    fileprivate static func readList(from reader: inout CBORReader) throws -> [Self] {
        let count = try MemberID.readCount(from: &reader)
        return try (0..<count).map { _ in
            let parts = try reader.readArrayHeader()
            guard parts >= 2 else {
                throw RecoveryError("expected a priority of 2 items, found \(parts)")
            }
            let member = try MemberID(from: &reader)
            let value = try reader.readInteger(as: Int.self)
            for _ in 2..<parts { try reader.skip() }
            return Self(member: member, value: value)
        }
    }
}

extension Configuration.Details {
    fileprivate static func readList(from reader: inout CBORReader) throws -> [Self] {
        let count = try MemberID.readCount(from: &reader)
        return try (0..<count).map { _ in
            let parts = try reader.readArrayHeader()
            guard parts >= 2 else {
                throw RecoveryError("expected details of 2 items, found \(parts)")
            }
            let member = try MemberID(from: &reader)
            let bytes = try reader.readBytes()
            for _ in 2..<parts { try reader.skip() }
            return Self(member: member, bytes: bytes)
        }
    }
}

extension MemberID {
    /// Writes the member as an item.
    package func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(2)
        writer.writeUnsigned(node)
        writer.writeBytes(incarnation.bytes)
    }

    fileprivate static func readList(from reader: inout CBORReader) throws -> [MemberID] {
        try (0..<readCount(from: &reader)).map { _ in try MemberID(from: &reader) }
    }

    fileprivate static func readCount(from reader: inout CBORReader) throws -> Int {
        let count = try reader.readArrayHeader()
        guard count <= Configuration.membersMaximum else {
            throw RecoveryError(
                "expected at most \(Configuration.membersMaximum) members, found \(count)")
        }
        return count
    }

    /// Reads a member.
    package init(from reader: inout CBORReader) throws {
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
