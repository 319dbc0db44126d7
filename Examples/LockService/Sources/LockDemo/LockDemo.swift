import Foundation
import LockService
import Raft

/// Three members in three processes, and what fencing tokens are good for when one of them is killed.
@main struct LockDemo {
    static func main() throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("lock-service-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var members = try (1...3).map { try MemberProcess(in: directory, number: $0) }
        defer { for member in members { member.end() } }
        let voters = members.map { "\($0.peer)" }.joined(separator: " ")
        for member in members { _ = try member.ask("open \(voters)") }

        let (alice, bob) = (UUID(), UUID())
        var printer = FencedPrinter()
        let first = try token(for: alice, from: members[0])
        print("alice prints:", printer.print("alice, page 1", token: first))
        print("bob is told:", try members[1].ask("acquire printer \(bob) 60000"))

        let leader = try number(members[0].ask("leader"))
        print("the leader is killed")
        members[leader].kill()
        // Alice sleeps, and her time passes while she does.
        let second = try token(for: bob, from: members[(leader + 1) % 3])
        print("bob has it, with a greater token:", second > first)
        print("bob prints:", printer.print("bob, page 1", token: second))
        print("alice wakes up and prints:", printer.print("alice, page 2", token: first))

        members[leader] = try MemberProcess(
            in: directory, number: leader + 1, after: members[leader])
        _ = try members[leader].ask("open")
        print(
            "the member that was killed knows:", try members[leader].ask("release printer \(first)")
        )
        print("bob frees it there:", try members[leader].ask("release printer \(second)"))
    }

    /// Asks for the printer until it is free.
    private static func token(for owner: UUID, from member: MemberProcess) throws -> UInt64 {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if let token = UInt64(try member.ask("acquire printer \(owner) 4000")) { return token }
            Thread.sleep(forTimeInterval: 0.1)
        }
        throw DemoError("the printer does not get free")
    }

    private static func number(_ answer: String) throws -> Int {
        guard let node = Int(answer), (1...3).contains(node) else {
            throw DemoError("expected the number of the leader, found \(answer)")
        }
        return node - 1
    }
}
