import Foundation
import Testing

@testable import RaftCore

/// Names, addresses and whatever else the host keeps about members in the configuration.
@Suite("Details of members")
struct MemberDetailsTests {
    private static func member(_ number: UInt64) -> MemberID {
        MemberID(node: number, incarnation: Identifier128(high: 7, low: number))
    }

    private static func details(_ number: UInt64, _ count: Int) -> Configuration.Details {
        .init(member: member(number), bytes: [UInt8](repeating: UInt8(number), count: count))
    }

    @Test func `longer details are refused, and change nothing`() {
        var group = TestGroup("group n1\nelect n1")
        let long = String(repeating: "x", count: 1_025)
        #expect(group.run("describe n1 1 n1 \(long)") == ["n1 rejects proposal 1: detailsTooLong"])
        #expect(group.run("add n1 2 n2 @\(long)") == ["n1 rejects proposal 2: detailsTooLong"])
        #expect(
            group.run("describe n1 3 n1 \(long.dropLast())").first == "n1 accepts change 3 at 3")
        #expect(group["n1"].configuration.details(of: group["n1"].id).count == 1_024)
    }

    @Test func `a member that leaves keeps its details to the end of the change`() {
        var group = TestGroup.ofThree
        group.run("describe n1 1 n3 c:3\ncalm\nremove n1 2 n3")
        let leaving = TranscriptNames.member("n3")
        #expect(group["n1"].configuration.isJoint)
        #expect(group["n1"].configuration.details(of: leaving) == Array("c:3".utf8))
        group.run("calm")
        #expect(!group["n1"].configuration.isJoint)
        #expect(group["n1"].configuration.details.isEmpty)
    }

    @Test func `details are level on all members, survive a crash and end with an overruled entry`()
    {
        var group = TestGroup.ofThree
        group.run("describe n1 1 n2 b:2\ncalm\ncrash n3")
        let member = TranscriptNames.member("n2")
        #expect(group["n2"].configuration.details(of: member) == Array("b:2".utf8))
        #expect(group["n3"].configuration == group["n2"].configuration)
        group.run("cut n1 n2\ncut n1 n3\ndescribe n1 2 n2 b:9")
        #expect(group["n1"].configuration.details(of: member) == Array("b:9".utf8))
        group.run("elect n2\nheal\ntick n2 100\ncalm")
        #expect(group["n1"].configuration.details(of: member) == Array("b:2".utf8))
    }

    @Test func `the survivor of a lost group keeps its own details and no others`() {
        var group = TestGroup.ofThree
        group.run("describe n1 1 n1 a:1\ncalm\ndescribe n1 2 n2 b:2\ncalm\ncrash n1\nrecover n1")
        let survivor = group["n1"].configuration
        #expect(survivor.voters == [group["n1"].id])
        #expect(survivor.details.map(\.bytes) == [Array("a:1".utf8)])
    }

    @Test func `configurations with details count as the bytes they have`() {
        var group = TestGroup.ofThree
        let long = String(repeating: "x", count: 1_024)
        group.run("describe n1 1 n1 \(long)")
        let entry = group["n1"].lastPosition.index
        #expect(group["n1"].sizes.byteCount(of: LogIndex(1)...entry) > 1_024)
    }

    @Test func `the bytes of configurations are those written down`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/configurations-v1/configurations.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let expected = [
            Configuration(voters: [Self.member(1)]),
            Configuration(
                voters: [Self.member(1)], details: [.init(member: Self.member(1), bytes: [9])]),
            Configuration(
                voters: [Self.member(1), Self.member(2)],
                outgoing: [Self.member(1), Self.member(3)], learners: [Self.member(4)],
                promotable: [Self.member(4)],
                priorities: [.init(member: Self.member(2), value: -3)],
                details: [Self.details(3, 2), Self.details(4, 300)]),
        ]
        #expect(lines.count == expected.count)
        for (line, configuration) in zip(lines, expected) {
            let text = line.prefix { $0 != " " }
            let bytes = stride(from: 0, to: text.count, by: 2).compactMap { offset in
                UInt8(text.dropFirst(offset).prefix(2), radix: 16)
            }
            #expect(bytes == configuration.encoded(), "\(line.suffix(30))")
            #expect(try Configuration(encoded: bytes) == configuration)
        }
    }
}
