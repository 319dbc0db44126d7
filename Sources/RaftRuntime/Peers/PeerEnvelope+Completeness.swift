import RaftCore

extension PeerEnvelope {
    /// Whether the envelope brings exactly the bytes that its message names.
    ///
    /// What the core is told about entries and what is written to the log must be the same.
    var isComplete: Bool {
        guard case .raft(let message, let attachment) = content else { return true }
        guard message.isPlausible else { return false }
        switch (message.content, attachment) {
        case (.append(let request), .entries(let entries)): return request.describes(entries)
        case (.append(let request), .none): return request.runs.isEmpty
        case (.snapshot(let chunk), .bytes(let bytes)): return bytes.count == chunk.byteCount
        case (.snapshot, .none), (_, .entries), (_, .bytes): return false
        case (_, .none): return true
        }
    }
}

extension AppendRequest {
    /// Whether these are the entries that the message is about.
    fileprivate func describes(_ entries: [LogEntry]) -> Bool {
        guard let indexes, entries.count == indexes.upperBound.distance(from: previous.index) else {
            return false
        }
        var expected = entries[...]
        var index = previous.index
        var time: UInt64 = 0
        for run in runs {
            for entry in expected.prefix(run.count) {
                index = index.successor
                guard entry.index == index, entry.term == run.term, entry.time >= time else {
                    return false
                }
                time = entry.time
            }
            expected = expected.dropFirst(run.count)
        }
        return describesConfigurations(of: entries)
    }

    private func describesConfigurations(of entries: [LogEntry]) -> Bool {
        var named = configurations[...]
        for entry in entries where entry.kind == .configuration {
            guard let next = named.popFirst(), next.index == entry.index,
                let configuration = try? Configuration(encoded: entry.payload),
                configuration == next.configuration
            else { return false }
        }
        return named.isEmpty
    }
}
