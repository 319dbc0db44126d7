import RaftCore

/// Consecutive entries of one kind with those who wait for them.
struct EntryChunk<Output: Sendable>: Sendable {
    /// Never empty; shared with the batch that is written.
    var entries: ArraySlice<LogEntry>
    /// One for each entry, or none at all.
    var waiters: ArraySlice<Waiter<ProposalOutcome<Output>>> = []

    var firstIndex: LogIndex { entries[entries.startIndex].index }
    var lastIndex: LogIndex { entries[entries.endIndex - 1].index }
    var kind: EntryKind { entries[entries.startIndex].kind }

    /// Takes the first entries out.
    mutating func removeFirst(_ count: Int) -> EntryChunk {
        var head = self
        head.entries = entries.prefix(count)
        head.waiters = waiters.prefix(count)
        entries = entries.dropFirst(count)
        waiters = waiters.dropFirst(count)
        return head
    }

    /// Cuts recovered entries into chunks of one kind and at most a number of entries.
    static func chunks(of entries: [LogEntry], from first: LogIndex, maximum: Int) -> [EntryChunk] {
        var chunks: [EntryChunk] = []
        var rest = entries.drop { $0.index < first }
        while let head = rest.first {
            let chunk = rest.prefix(maximum).prefix { $0.kind == head.kind }
            chunks.append(EntryChunk(entries: chunk))
            rest = rest.dropFirst(chunk.count)
        }
        return chunks
    }
}

extension LogEntry {
    /// What an entry counts for in the policy and the limits: its bytes and about a record's frame.
    static let frameBytes = 48

    var byteCount: Int { payload.count + Self.frameBytes }
}
