import RaftCore

/// Consecutive entries of one kind with those who wait for them.
struct EntryChunk: Sendable {
    /// Never empty; shared with the batch that is written.
    var entries: ArraySlice<LogEntry>
    /// One for each entry, or none at all.
    var requests: ArraySlice<CommandRequest> = []

    var firstIndex: LogIndex { entries[entries.startIndex].index }
    var lastIndex: LogIndex { entries[entries.endIndex - 1].index }
    var lastTime: UInt64 { entries[entries.endIndex - 1].time }
    var kind: EntryKind { entries[entries.startIndex].kind }
    var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

    /// How many of those who wait have no answer yet.
    var openCount: Int { requests.reduce(0) { $0 + ($1.isOpen ? 1 : 0) } }

    /// Takes the first entries out.
    mutating func removeFirst(_ count: Int) -> EntryChunk {
        let head = EntryChunk(entries: entries.prefix(count), requests: requests.prefix(count))
        entries = entries.dropFirst(count)
        requests = requests.dropFirst(count)
        return head
    }

    /// The same as ``chunks(of:maximum:)``; each chunk can be released by itself.
    static func separateChunks(of entries: [LogEntry], maximum: Int) -> [EntryChunk] {
        chunks(of: entries[...], maximum: maximum).map {
            EntryChunk(entries: Array($0.entries)[...])
        }
    }

    /// Cuts entries into chunks of one kind and at most a number of entries.
    static func chunks(of entries: ArraySlice<LogEntry>, maximum: Int) -> [EntryChunk] {
        var chunks: [EntryChunk] = []
        var rest = entries
        while let head = rest.first {
            let chunk = rest.prefix(maximum).prefix { $0.kind == head.kind }
            chunks.append(EntryChunk(entries: chunk))
            rest = rest.dropFirst(chunk.count)
        }
        return chunks
    }
}

extension LogEntry {
    /// About what a record adds to the bytes of an entry.
    static let frameBytes = 48

    /// What an entry counts for in limits and in the policy of snapshots.
    var byteCount: Int { payload.count + Self.frameBytes }
}
