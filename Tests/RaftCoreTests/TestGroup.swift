import RaftCore
import Testing

/// Several servers driven by the commands of transcripts.
struct TestGroup {
    private(set) var runner = TranscriptRunner()

    init(_ script: String) { run(script) }

    /// Three voters, of which the first leads and all have entries 1 and 2.
    static var ofThree: TestGroup { TestGroup("group n1 n2 n3\nelect n1") }

    subscript(_ name: String) -> RaftServer {
        guard let server = runner.members[name]?.server else {
            preconditionFailure("there is no server \(name)")
        }
        return server
    }

    /// Carries out commands, one a line, and returns what they show.
    @discardableResult
    mutating func run(_ script: String) -> [String] {
        script.split(separator: "\n").flatMap {
            runner.run($0.trimmingPrefix { $0 == " " }.description)
        }
    }

    /// Gives a server a message.
    @discardableResult
    mutating func tell(
        _ name: String, _ content: RaftMessage.Content, term: UInt64, from sender: String
    ) -> [String] {
        let message = RaftMessage(term: Term(term), content: content)
        return receive(name, message, from: TranscriptNames.member(sender))
    }

    mutating func receive(
        _ name: String, _ message: RaftMessage, from sender: MemberID
    ) -> [String] {
        runner.step(name, .receive(message, from: sender))
    }

    static func position(_ index: UInt64, _ term: UInt64) -> LogPosition {
        LogPosition(index: LogIndex(index), term: Term(term))
    }

    static func append(
        after previous: LogPosition, _ runs: [(term: UInt64, count: Int)] = [],
        commit: UInt64 = 0, round: UInt64 = 0
    ) -> RaftMessage.Content {
        .append(
            AppendRequest(
                previous: previous,
                runs: runs.map { AppendRequest.Run(term: Term($0.term), count: $0.count) },
                commit: LogIndex(commit), round: ReadRound(round)))
    }
}
