import RaftCore
import RaftRuntime

/// The groups of a log while its records are read in order.
struct RecoveringGroups {
    private(set) var groups: [UInt32: RecoveringGroup] = [:]
    /// Above all numbers ever given to groups, as far as the files tell.
    private(set) var nextReference: UInt32 = 1

    /// All groups in the order in which they were opened.
    var inOrder: [RecoveringGroup] {
        groups.values.sorted { $0.head.reference < $1.head.reference }
    }

    /// Takes over a record; the message of a thrown error says what is wrong with it.
    mutating func apply(_ record: Record, at offset: Int, file: UInt64) throws {
        let header = record.header
        guard let kind = RecordKind(rawValue: header.kind),
            header.version == RecordHeader.currentVersion
        else {
            throw LogDeviceError(
                .newerFormat, "kind \(header.kind) version \(header.version) is not known")
        }
        switch kind {
        case .entry: try append(record, at: offset, file: file)
        case .hardState: try setHardState(record)
        case .truncate:
            try group(header.group).truncate(from: header.index)
        case .snapshot:
            let position = LogPosition(index: LogIndex(header.index), term: Term(header.term))
            try group(header.group).adopt(snapshot: position)
        case .openGroup:
            try open(GroupHead(reference: header.group, decoding: record.payload))
        case .deleteGroup:
            _ = try group(header.group)
            groups[header.group] = nil
        case .groupState, .batchEnd, .fileEnd:
            throw LogDeviceError(.corrupt, "a record of kind \(kind) has no place here")
        }
    }

    /// Compares the group table of a file with what the records before say, or begins with it.
    mutating func apply(table: [GroupHead], isFirst: Bool) throws {
        guard !isFirst else { return try table.forEach { try open($0) } }
        guard table.count == groups.count else {
            throw LogDeviceError(
                .corrupt, "expected \(groups.count) groups in the table, found \(table.count)")
        }
        for line in table {
            let group = try group(line.reference)
            group.head.firstLive = max(group.head.firstLive, line.firstLive)
            var expected = group.head
            expected.firstLive = line.firstLive
            guard expected == line else {
                throw LogDeviceError(
                    .corrupt, "the table's group \(line.reference) is not as the records say")
            }
        }
    }

    /// Checks that nothing is missing in front, and drops what need not be kept.
    ///
    /// A file that is missing though it should be there shows as entries that are.
    func finish() throws {
        for group in inOrder {
            group.mergeCopies()
            let head = group.head
            let needed = (head.snapshot?.index ?? .zero).successor
            if head.lastIndex >= needed && group.entries.first.map({ $0.index > needed }) ?? true {
                let found = group.entries.first.map { "\($0.index.rawValue)" } ?? "none"
                throw LogDeviceError(
                    .corrupt,
                    "expected the entries of group \(head.name) from \(needed.rawValue) on, "
                        + "found \(found): a file of the log is missing")
            }
            group.index?.drop(before: head.firstLive.rawValue)
            if let first = group.entries.first, first.index < head.firstLive {
                let count = min(head.firstLive.rawValue - first.index.rawValue, UInt64(Int.max))
                group.entries.removeFirst(min(Int(count), group.entries.count))
            }
        }
    }

    private func group(_ reference: UInt32) throws -> RecoveringGroup {
        guard let group = groups[reference] else {
            throw LogDeviceError(.corrupt, "no group has the number \(reference)")
        }
        return group
    }

    private mutating func open(_ head: GroupHead) throws {
        guard groups[head.reference] == nil else {
            throw LogDeviceError(.corrupt, "two groups have the number \(head.reference)")
        }
        groups[head.reference] = RecoveringGroup(head)
        nextReference = max(nextReference, head.reference + 1)
    }

    private func append(_ record: Record, at offset: Int, file: UInt64) throws {
        let group = try group(record.header.group)
        let entry = try LogEntry(record)
        let place = EntryIndex.Place(
            file: file, offset: UInt64(offset), byteCount: record.byteCount)
        if record.header.flags & EntryFlags.carried != 0 {
            return try group.addCopy(of: entry, at: place)
        }
        guard entry.index == group.head.lastIndex.successor else {
            throw LogDeviceError(
                .corrupt,
                "entry \(entry.index.rawValue) does not follow \(group.head.lastIndex.rawValue)")
        }
        group.head.lastIndex = entry.index
        group.index?.append(entry.index.rawValue, at: place)
        group.entries.append(entry)
    }

    private func setHardState(_ record: Record) throws {
        let group = try group(record.header.group)
        group.head.term = Term(record.header.term)
        group.head.vote = try MemberID(decodingVote: record.payload)
    }
}
