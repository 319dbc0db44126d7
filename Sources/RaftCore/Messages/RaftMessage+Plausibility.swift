extension RaftMessage {
    /// Larger numbers than this never occur, and smaller ones can be added without overflow.
    static let numberMaximum = UInt64(1) << 62
    /// More entries than this are never in one message.
    static let entriesMaximum = 1 << 20

    /// More bytes than this are never in one message.
    static let bytesMaximum = 1 << 40

    /// Whether a correct member can have sent this, as far as the message alone tells.
    ///
    /// Nothing that is computed from a plausible message overflows.
    public var isPlausible: Bool {
        guard Self.isSmall(term.rawValue) else { return false }
        switch content {
        case .preVoteRequest(let request): return isPlausible(request.last, below: term)
        case .preVoteReply(let reply): return Self.isSmall(reply.term.rawValue)
        case .voteRequest(let request):
            return isPlausible(request.last, below: term) && request.last.term < term
        case .append(let request): return isPlausible(request)
        case .appendReply(let reply): return Self.isPlausible(reply)
        case .snapshot(let chunk): return isPlausible(chunk)
        case .snapshotReply(let reply):
            return isPlausible(reply.position, below: term) && Self.isSmall(reply.offset)
        case .readReply(_, let index): return index.map { Self.isSmall($0.rawValue) } ?? true
        case .voteReply, .timeoutNow, .readRequest, .outdated: return true
        }
    }

    private func isPlausible(_ request: AppendRequest) -> Bool {
        guard isPlausible(request.previous, below: term) else { return false }
        guard Self.isSmall(request.commit.rawValue) else { return false }
        guard (0...Self.bytesMaximum).contains(request.byteCount) else { return false }
        var last = request.previous
        for run in request.runs {
            guard run.count > 0, run.count <= Self.entriesMaximum else { return false }
            guard run.term >= last.term, run.term <= term else { return false }
            last = LogPosition(index: last.index.advanced(by: run.count), term: run.term)
        }
        guard last.index.distance(from: request.previous.index) <= Self.entriesMaximum else {
            return false
        }
        var previous = request.previous.index
        for entry in request.configurations {
            guard entry.index > previous, entry.index <= last.index else { return false }
            guard !entry.configuration.voters.isEmpty else { return false }
            previous = entry.index
        }
        return true
    }

    private static func isPlausible(_ reply: AppendReply) -> Bool {
        switch reply.outcome {
        case .accepted(let durable, let validated):
            durable <= validated && isSmall(validated.rawValue)
        case .rejected(let previous, let hint):
            previous > .zero && isSmall(previous.rawValue) && hint.index <= previous
        }
    }

    private func isPlausible(_ chunk: SnapshotChunk) -> Bool {
        isPlausible(chunk.position, below: term) && chunk.position.index > .zero
            && !chunk.configuration.voters.isEmpty && Self.isSmall(chunk.offset)
            && (0...Self.bytesMaximum).contains(chunk.byteCount)
    }

    private func isPlausible(_ position: LogPosition, below term: Term) -> Bool {
        guard Self.isSmall(position.index.rawValue), position.term <= term else { return false }
        return (position.index == .zero) == (position.term == .zero)
    }

    private static func isSmall(_ number: UInt64) -> Bool { number <= numberMaximum }
}
