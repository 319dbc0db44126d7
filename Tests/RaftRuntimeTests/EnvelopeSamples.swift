import RaftCore

@testable import RaftRuntime

/// Envelopes with one of everything.
enum EnvelopeSamples {
    static let all: [PeerEnvelope] = contents.map { envelope($0) }

    static func envelope(_ content: PeerContent) -> PeerEnvelope {
        PeerEnvelope(
            group: GroupID(high: 1, low: 2), sender: member(1), receiver: member(300),
            content: content)
    }

    private static func member(_ node: UInt64) -> MemberID {
        MemberID(node: node, incarnation: Identifier128(high: node, low: .max))
    }

    private static func position(_ index: UInt64, _ term: UInt64) -> LogPosition {
        LogPosition(index: LogIndex(index), term: Term(term))
    }

    private static let configuration = Configuration(
        voters: [member(1), member(2)], learners: [member(3)])

    private static func raft(
        _ content: RaftMessage.Content, _ attachment: PeerAttachment = .none
    ) -> PeerContent {
        .raft(RaftMessage(term: Term(8), content: content), attachment)
    }

    private static let entries: [LogEntry] = [
        LogEntry(index: LogIndex(6), term: Term(3), kind: .noOperation, time: 1, payload: []),
        LogEntry(
            index: LogIndex(7), term: Term(3), kind: .command, time: 1 << 40,
            payload: Array(0..<100)),
        LogEntry(
            index: LogIndex(8), term: Term(8), kind: .configuration, time: 1 << 40,
            payload: configuration.encoded()),
    ]

    private static let append = AppendRequest(
        previous: position(5, 2),
        runs: [.init(term: Term(3), count: 2), .init(term: Term(8), count: 1)],
        configurations: [.init(index: LogIndex(8), configuration: configuration)],
        byteCount: 4_000, commit: LogIndex(6), round: ReadRound(1))

    private static let failures: [ForwardedFailure] = [
        .notLeader(hint: nil), .notLeader(hint: member(2)), .overloaded, .tooLarge, .storageFull,
        .storageFailed, .timedOut, .shuttingDown,
    ]

    private static let contents: [PeerContent] =
        messages.map { raft($0) } + [
            raft(.append(append), .entries(entries)),
            raft(
                .snapshot(
                    SnapshotChunk(
                        position: position(9, 3), configuration: configuration, offset: 1 << 40,
                        byteCount: 3, isLast: true, round: ReadRound(3))),
                .bytes([1, 2, 3])),
            .commands([
                ForwardedCommand(
                    number: 1, payload: [7, 8], mayUseReserve: false, timeout: .seconds(5)),
                ForwardedCommand(
                    number: .max, payload: [], mayUseReserve: true, timeout: .nanoseconds(1)),
            ]),
            .answers(
                [
                    ForwardedAnswer(
                        number: 1, outcome: .committed(LogIndex(1 << 33), output: [9]))
                ]
                    + failures.flatMap { failure in
                        [
                            ForwardedAnswer(number: 2, outcome: .rejected(failure)),
                            ForwardedAnswer(number: 3, outcome: .unknown(failure)),
                        ]
                    }),
            .commands([]), .answers([]),
        ]

    private static let messages: [RaftMessage.Content] = [
        .preVoteRequest(VoteRequest(last: position(5, 2))),
        .preVoteReply(PreVoteReply(term: Term(4), isGranted: true)),
        .voteRequest(VoteRequest(last: position(5, 2), isTransfer: true)),
        .voteReply(isGranted: true),
        .append(AppendRequest(previous: .zero, commit: .zero, round: ReadRound(9))),
        .appendReply(
            AppendReply(
                round: ReadRound(2),
                outcome: .accepted(durable: LogIndex(3), validated: LogIndex(8)))),
        .appendReply(
            AppendReply(
                round: ReadRound(2),
                outcome: .rejected(previous: LogIndex(9), hint: position(4, 2)))),
        .snapshotReply(SnapshotReply(position: position(9, 3), offset: 77, round: ReadRound(3))),
        .timeoutNow, .readRequest(ForwardedRead(.max)),
        .readReply(ForwardedRead(5), at: LogIndex(10)), .readReply(ForwardedRead(5), at: nil),
        .outdated,
    ]
}
