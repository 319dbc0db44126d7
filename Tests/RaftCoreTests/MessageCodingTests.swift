import TestSupport
import Testing

@testable import RaftCore

@Suite("Messages as bytes")
struct MessageCodingTests {
    private static func position(_ index: UInt64, _ term: UInt64) -> LogPosition {
        LogPosition(index: LogIndex(index), term: Term(term))
    }

    private static let members = (1...3).map {
        MemberID(node: $0, incarnation: Identifier128(high: 7, low: $0))
    }

    private static let configuration = Configuration(
        voters: [members[0], members[1]], outgoing: [members[0]], learners: [members[2]],
        promotable: [members[2]],
        priorities: [Configuration.Priority(member: members[1], value: -3)],
        details: [Configuration.Details(member: members[0], bytes: [7, 8])])

    static let contents: [RaftMessage.Content] = [
        .preVoteRequest(VoteRequest(last: position(5, 2))),
        .preVoteReply(PreVoteReply(term: Term(4), isGranted: true)),
        .voteRequest(VoteRequest(last: position(5, 2), isTransfer: true)),
        .voteReply(isGranted: true), .voteReply(isGranted: false),
        .append(AppendRequest(previous: .zero, commit: .zero, round: ReadRound(9))),
        .append(
            AppendRequest(
                previous: position(5, 2),
                runs: [.init(term: Term(3), count: 4), .init(term: Term(8), count: 1)],
                configurations: [.init(index: LogIndex(7), configuration: configuration)],
                byteCount: 4_000, commit: LogIndex(6), round: ReadRound(1))),
        .appendReply(
            AppendReply(
                round: ReadRound(2),
                outcome: .accepted(durable: LogIndex(3), validated: LogIndex(8)))),
        .appendReply(
            AppendReply(
                round: ReadRound(2),
                outcome: .rejected(previous: LogIndex(9), hint: position(4, 2)))),
        .snapshot(
            SnapshotChunk(
                position: position(9, 3), configuration: configuration, offset: 1 << 40,
                byteCount: 1 << 20, isLast: true, round: ReadRound(3))),
        .snapshotReply(
            SnapshotReply(position: position(9, 3), offset: 77, round: ReadRound(3))),
        .timeoutNow, .readRequest(ForwardedRead(.max)),
        .readReply(ForwardedRead(5), at: LogIndex(10)), .readReply(ForwardedRead(5), at: nil),
        .outdated,
    ]

    @Test(arguments: contents)
    func `a message is the same after the way over the wire`(
        content: RaftMessage.Content
    ) throws {
        let message = RaftMessage(term: Term(8), content: content)
        // A vote request names a log of earlier terms.
        try #require(message.isPlausible)
        #expect(try RaftMessage(encoded: message.encoded()) == message)
    }

    @Test func `the bytes of a message are these`() {
        let message = RaftMessage(
            term: Term(8),
            content: .append(
                AppendRequest(
                    previous: Self.position(5, 2), runs: [.init(term: Term(3), count: 4)],
                    byteCount: 40, commit: LogIndex(6), round: ReadRound(1))))
        let expected: [UInt8] = [
            0xA3, 0x00, 0x08, 0x01, 0x04, 0x02,
            0xA5, 0x00, 0x82, 0x05, 0x02, 0x01, 0x81, 0x82, 0x03, 0x04, 0x03, 0x18, 0x28, 0x04,
            0x06, 0x05, 0x01,
        ]
        #expect(message.encoded() == expected)
    }

    @Test func `fields of a later version are passed over`() throws {
        let bytes: [UInt8] = [
            0xA4, 0x00, 0x08, 0x01, 0x03, 0x02, 0xA3, 0x01, 0xF5, 0x18, 0x63, 0x61, 0x61, 0x04,
            0x81, 0x01, 0x09, 0xA1, 0x00, 0xF6,
        ]
        let message = try RaftMessage(encoded: bytes)
        #expect(message == RaftMessage(term: Term(8), content: .voteReply(isGranted: true)))
    }

    @Test(arguments: contents)
    func `every cut is refused`(content: RaftMessage.Content) {
        let bytes = RaftMessage(term: Term(8), content: content).encoded()
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) {
                try RaftMessage(encoded: Array(bytes.prefix(count)))
            }
        }
    }

    /// Damaged messages are refused or mean something else; a server takes in whatever is left.
    @Test func `damaged messages never trap, neither the decoder nor a server`() {
        var random = TestRandom()
        var test = TestServer.leader()
        var decoded = 0
        for round in 0..<5_000 {
            var bytes = RaftMessage(
                term: Term(UInt64(1 + random.next(through: 8))),
                content: Self.contents[round % Self.contents.count]
            ).encoded()
            for _ in 0..<random.next(through: 2) {
                bytes[random.next(through: bytes.count - 1)] = UInt8(random.next(through: 255))
            }
            guard let message = try? RaftMessage(encoded: bytes) else { continue }
            decoded += 1
            // A number so large that the next one would not be a number any more is never reached.
            guard message.term.rawValue < 1 << 32 else { continue }
            test.step(.receive(message, from: Self.members[random.next(through: 2)]))
            test.persistAll()
        }
        #expect(decoded > 1_000)
    }

    @Test func `messages that contradict themselves are not plausible`() {
        func isPlausible(_ content: RaftMessage.Content) -> Bool {
            RaftMessage(term: Term(8), content: content).isPlausible
        }
        func append(
            _ previous: LogPosition, _ runs: [AppendRequest.Run],
            _ entries: [AppendRequest.ConfigurationEntry] = []
        ) -> RaftMessage.Content {
            .append(
                AppendRequest(
                    previous: previous, runs: runs, configurations: entries, commit: .zero,
                    round: .zero))
        }
        let run = AppendRequest.Run(term: Term(3), count: 2)
        #expect(isPlausible(append(Self.position(5, 2), [run])))
        #expect(!isPlausible(append(Self.position(5, 4), [run])))
        #expect(!isPlausible(append(Self.position(5, 9), [])))
        #expect(!isPlausible(append(Self.position(0, 2), [])))
        #expect(!isPlausible(append(Self.position(5, 2), [.init(term: Term(9), count: 1)])))
        #expect(!isPlausible(append(Self.position(5, 2), [.init(term: Term(3), count: 0)])))
        #expect(!isPlausible(append(Self.position(5, 2), [.init(term: Term(3), count: .max)])))
        #expect(!isPlausible(append(Self.position(.max, 2), [run])))
        let entry = AppendRequest.ConfigurationEntry(
            index: LogIndex(8), configuration: Self.configuration)
        #expect(!isPlausible(append(Self.position(5, 2), [run], [entry])))
        #expect(isPlausible(append(Self.position(6, 2), [run], [entry])))
        #expect(!isPlausible(append(Self.position(6, 2), [run], [entry, entry])))
        #expect(!isPlausible(.voteRequest(VoteRequest(last: Self.position(5, 8)))))
        #expect(
            !isPlausible(
                .appendReply(
                    AppendReply(
                        round: .zero,
                        outcome: .accepted(durable: LogIndex(4), validated: LogIndex(3))))))
        #expect(
            !isPlausible(
                .appendReply(
                    AppendReply(
                        round: .zero, outcome: .rejected(previous: .zero, hint: .zero)))))
    }
}
