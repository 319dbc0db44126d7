import RaftCore

/// How members and effects are written in transcripts.
enum TranscriptNames {
    /// `n3` is the member with number 3.
    static func member(_ name: String) -> MemberID {
        MemberID(
            node: UInt64(name.dropFirst()) ?? 0, incarnation: Identifier128(high: 0, low: 0))
    }

    /// The event of a command that changes the members.
    static func change(_ verb: String, _ arguments: [String]) -> RaftEvent? {
        guard arguments.count >= 2, let token = UInt64(arguments[0]) else { return nil }
        let member = member(arguments[1])
        let change: MembershipChange
        switch verb {
        case "add":
            let details = arguments.last.flatMap { $0.hasPrefix("@") ? Array($0.utf8) : nil }
            change = .add(
                member, promotes: arguments.contains("promotes"), details: details ?? [])
        case "promote": change = .promote(member)
        case "remove": change = .removeAll(arguments.dropFirst().map(Self.member))
        case "prefer": change = .setPriority(member, arguments.last.flatMap(Int.init) ?? 0)
        case "describe":
            change = .setDetails(member, arguments.count > 2 ? Array(arguments[2].utf8) : [])
        default: return nil
        }
        return .changeMembership(change, ProposalToken(token), expecting: nil)
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
        case .send(let message, let member): "\(text(message)) to \(text(member))"
        case .accepted(let token, let index):
            "accepts change \(token.rawValue) at \(index.rawValue)"
        case .storeSnapshot(let chunk):
            "stores snapshot \(text(chunk.position)), bytes \(chunk.offset)…\(chunk.end)"
        case .installSnapshot(let position, _): "installs snapshot \(text(position))"
        case .discardSnapshot(let position): "discards snapshot \(text(position))"
        case .restoreSnapshot(let position): "restores snapshot \(text(position))"
        case .configurationCommitted(let configuration, let index):
            "commits configuration \(index.rawValue): \(text(configuration))"
        case .transferFailed(let member): "leads on, \(text(member)) did not take over"
        case .quorumLost(let instant): "lost the quorum of \(instant.nanoseconds / 1_000_000) ms"
        case .quorumRegained: "has a quorum again"
        case .anomaly(let anomaly, let member): "drops a message of \(text(member)): \(anomaly)"
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
        case .replicated: "received"
        case .configuration(let configuration): text(configuration)
        }
    }

    private static func text(_ configuration: Configuration) -> String {
        let lists = [
            ("voters", configuration.voters), ("outgoing", configuration.outgoing),
            ("learners", configuration.learners), ("to promote", configuration.promotable),
        ]
        let texts = lists.filter { !$0.1.isEmpty }.map { name, members in
            ([name] + members.map { text($0) }).joined(separator: " ")
        }
        let priorities = configuration.priorities.map { "\(text($0.member)) has \($0.value)" }
        let details = configuration.details.map {
            "\(text($0.member)) is \(String(decoding: $0.bytes, as: UTF8.self))"
        }
        return (texts + priorities + details).joined(separator: ", ")
    }

    static func text(_ message: RaftMessage) -> String {
        "[\(message.term.rawValue)] " + text(message.content)
    }

    private static func text(_ content: RaftMessage.Content) -> String {
        switch content {
        case .preVoteRequest(let request): "would you vote for me at \(text(request.last))?"
        case .preVoteReply(let reply): reply.isGranted ? "would vote" : "would not vote"
        case .voteRequest(let request):
            "vote for me at \(text(request.last))" + (request.isTransfer ? ", by transfer" : "")
        case .voteReply(let isGranted): isGranted ? "vote granted" : "vote refused"
        case .append(let request): text(request)
        case .appendReply(let reply):
            switch reply.outcome {
            case .accepted(let durable, let validated):
                "has \(durable.rawValue) of \(validated.rawValue), round \(reply.round.rawValue)"
            case .rejected(let previous, let hint):
                "lacks \(previous.rawValue), perhaps shares \(text(hint)), "
                    + "round \(reply.round.rawValue)"
            }
        case .snapshot(let chunk): "snapshot \(text(chunk.position)) from byte \(chunk.offset)"
        case .snapshotReply(let reply):
            "has snapshot \(text(reply.position)) up to byte \(reply.offset)"
        case .timeoutNow: "start an election now"
        case .readRequest: "where may I read?"
        case .readReply(_, let index): index.map { "read at \($0.rawValue)" } ?? "ask another"
        case .outdated: "your term is over"
        }
    }

    private static func text(_ request: AppendRequest) -> String {
        let entries = request.indexes.map { "\(text($0))" } ?? "nothing"
        return "\(entries) after \(text(request.previous)), commit \(request.commit.rawValue), "
            + "round \(request.round.rawValue)"
    }

    private static func text(_ refusal: Refusal) -> String {
        switch refusal {
        case .notLeader(let hint): "not leader, try \(text(hint))"
        case .tooManyUncommitted: "too many uncommitted bytes"
        case .storageFull: "storage full"
        case .storageFailed: "storage failed"
        case .transferring(let member): "transferring to \(text(member))"
        case .tooManyReads: "too many reads"
        case .change(let refusal): refusal.rawValue
        }
    }
}

extension ClosedRange<LogIndex> {
    /// How many entries the range has.
    var entryCount: Int { upperBound.distance(from: lowerBound) + 1 }
}
