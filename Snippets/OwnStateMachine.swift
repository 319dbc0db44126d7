// The example of the article "Your own state machine".

import Raft

/// Which tree most people want to be planted.
struct Poll: StateMachine, Codable {
    private(set) var votes: [Tree: Int] = [:]
    private var voters: Set<UInt64> = []

    mutating func apply(_ command: [UInt8], in context: ApplyContext) -> Answer {
        guard let vote = try? Vote(encoded: command) else { return .unreadable }
        guard voters.insert(vote.voter).inserted else { return .hasVoted }
        votes[vote.tree, default: 0] += 1
        return .counted
    }
}

/// What members carry out.
struct Vote: ByteCodable, Codable {
    var voter: UInt64
    var tree: Tree
}

enum Tree: UInt8, Codable {
    case oak, elm
}

/// What became of a vote.
enum Answer: ByteCodable, Codable {
    case counted, hasVoted, unreadable
}

// On one host
let alone = try await RaftHost<Poll>.open(at: "alone")
let poll = try await alone.group(.random(), voters: [alone.peer])
let answer = try await poll.propose(Vote(voter: 17, tree: .oak).encoded)
print(answer, poll.read { $0.votes })
try await alone.close()

// On three, each of which would be another machine
let cluster = ClusterID.random()
let id = GroupID.random()

func openHost(_ node: UInt64) async throws -> RaftHost<Poll> {
    let transport = SocketTransport(listen: "127.0.0.1:0")
    return try await RaftHost.open(
        at: "host\(node)", options: RaftHostOptions(node: node, in: cluster, transport: transport))
}

let (first, second, third) = try await (openHost(1), openHost(2), openHost(3))
let founders = [first.peer, second.peer, third.peer]
let onFirst = try await first.group(id, voters: founders)
let onSecond = try await second.group(id, voters: founders)
let onThird = try await third.group(id, voters: founders)

// A vote on one member, and what another one knows
do {
    let vote = Vote(voter: 18, tree: .elm)
    try await onSecond.propose(vote.encoded, isRepeatable: true)
} catch let error as RaftError where error.mayHaveBeenApplied {
    print("it may have been counted, or may yet be: \(error)")
}

try await onThird.linearize()
print(onThird.read { $0.votes })

// Another host joins, and one leaves
let fourth = try await openHost(4)
let newcomer = try await fourth.group(id)
let member = RaftPeer("\(fourth.peer)")
let groups = [onFirst, onSecond, onThird]
if let leader = groups.first(where: { $0.status.role == .leader }), let member {
    try await leader.change(.add(member))
}
try await newcomer.linearize(timeout: .seconds(20))
print(newcomer.read { $0.votes }, newcomer.status.peers.count)

for host in [first, second, third, fourth] { try await host.close() }
