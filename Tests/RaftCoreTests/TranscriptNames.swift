import RaftCore

/// How members and effects are written in transcripts.
enum TranscriptNames {
    /// `n3` is the member with number 3.
    static func member(_ name: String) -> MemberID {
        MemberID(
            node: UInt64(name.dropFirst()) ?? 0, incarnation: Identifier128(high: 0, low: 0))
    }

    static func text(_ member: MemberID?) -> String { member.map { "n\($0.node)" } ?? "none" }

    static func text(_ position: LogPosition) -> String {
        "\(position.index.rawValue)@\(position.term.rawValue)"
    }

    static func text(_ range: ClosedRange<LogIndex>) -> String {
        range.entryCount == 1
            ? "\(range.lowerBound.rawValue)"
            : "\(range.lowerBound.rawValue)…\(range.upperBound.rawValue)"
    }

    static func text(_ effect: RaftEffect) -> String {
        switch effect {
        case .write(let sequence, let write): "write \(sequence.rawValue): \(text(write))"
        case .apply(let range): "applies \(text(range))"
        case .rejected(let token, let refusal):
            "rejects proposal \(token.rawValue): \(text(refusal))"
        case .readReady(let read, let index): "serves read \(read.rawValue) at \(index.rawValue)"
        case .readFailed(let read, let refusal): "fails read \(read.rawValue): \(text(refusal))"
        case .compact(let index): "compacts the log through \(index.rawValue)"
        case .roleChanged(let role, let term): "is \(role) of term \(term.rawValue)"
        case .leaderChanged(let leader, let term):
            "sees leader \(text(leader)) in term \(term.rawValue)"
        }
    }

    private static func text(_ write: RaftWrite) -> String {
        switch write {
        case .hardState(let state): "term \(state.term.rawValue), vote for \(text(state.vote))"
        case .truncate(let index): "truncate from \(index.rawValue)"
        case .snapshot(let position): "snapshot \(text(position))"
        case .append(let entries):
            "append \(text(entries.indexes))@\(entries.term.rawValue), \(text(entries.source))"
        }
    }

    private static func text(_ source: EntrySource) -> String {
        switch source {
        case .noOperation: "no-op"
        case .proposal(let token): "proposal \(token.rawValue)"
        case .configuration(let configuration):
            "voters \(configuration.voters.map { text($0) }.joined(separator: " "))"
        }
    }

    private static func text(_ refusal: Refusal) -> String {
        switch refusal {
        case .notLeader(let hint): "not leader, try \(text(hint))"
        case .tooManyUncommitted: "too many uncommitted bytes"
        case .storageFull: "storage full"
        case .storageFailed: "storage failed"
        }
    }
}

extension ClosedRange<LogIndex> {
    /// How many entries the range has.
    var entryCount: Int { upperBound.distance(from: lowerBound) + 1 }
}
