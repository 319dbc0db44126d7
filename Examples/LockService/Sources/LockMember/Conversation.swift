import Foundation
import LockService
import Raft

/// Carries out what is asked of a member.
struct Conversation {
    private let host: LockHost
    private var group: RaftGroup<LockTable>?

    init(_ host: LockHost) { self.host = host }

    /// Answers a command; what goes wrong is an answer, too.
    mutating func answer(_ line: String) async -> String {
        let words = line.split(separator: " ").map(String.init)
        do {
            if words.first == "open" {
                group = try await host.group(voters: words.dropFirst().compactMap(RaftPeer.init))
                return "opened"
            }
            guard let group else { return "open the group first" }
            return try await answer(words, by: group)
        } catch {
            return "error: \(error)"
        }
    }

    private func answer(
        _ words: [String], by group: RaftGroup<LockTable>
    ) async throws -> String {
        switch (words.first, words.count) {
        case ("leader", 1):
            try await group.linearize()
            return group.status.leader.map { "\($0.node)" } ?? "none"
        case ("acquire", 4):
            guard let owner = UUID(uuidString: words[2]), let time = UInt64(words[3]) else { break }
            let service = LockService(group, owner: owner)
            return try await service.acquire(words[1], for: time).map { "\($0)" } ?? "held"
        case ("release", 3):
            guard let token = UInt64(words[2]) else { break }
            return try await LockService(group).release(words[1], token: token)
                ? "free" : "not held"
        default: break
        }
        return
            "expected open [PEER…], leader, acquire NAME OWNER MILLISECONDS or release NAME TOKEN"
    }
}
