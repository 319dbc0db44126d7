import TestSupport
import Testing

@testable import RaftCore

@Suite("Configurations")
struct ConfigurationTests {
    private func members(_ numbers: [UInt64]) -> [MemberID] {
        numbers.map { MemberID(node: $0, incarnation: Identifier128(high: $0, low: 1)) }
    }

    /// Counts over every subset of voters, written without the code under test.
    @Test func `a quorum is a majority of both sets of voters`() {
        for incoming in 1...5 {
            for outgoing in 0...4 {
                let new = members((1...UInt64(incoming)).map { $0 })
                let old = members((0..<UInt64(outgoing)).map { $0 + 3 })
                let configuration = Configuration(voters: new, outgoing: old)
                for subset in 0..<(1 << 8) {
                    let agrees = { (member: MemberID) in subset >> member.node & 1 == 1 }
                    let newCount = new.filter(agrees).count
                    let oldCount = old.filter(agrees).count
                    let expected =
                        newCount * 2 > new.count && (old.isEmpty || oldCount * 2 > old.count)
                    #expect(configuration.isQuorum(agrees) == expected)
                }
            }
        }
    }

    @Test func `the quorum value is the highest that a quorum has reached`() throws {
        var random = TestRandom()
        for _ in 0..<500 {
            let new = members((0...UInt64(random.next(through: 6))).map { $0 })
            let old =
                random.oneIn(2) ? [] : members((2...UInt64(2 + random.next(through: 5))).map { $0 })
            let configuration = Configuration(voters: new, outgoing: old)
            let values = (0..<10).map { _ in random.next(through: 8) }
            let value = try #require(configuration.quorumValue { values[Int($0.node)] })
            #expect(configuration.isQuorum { values[Int($0.node)] >= value }, "\(random)")
            #expect(!configuration.isQuorum { values[Int($0.node)] > value }, "\(random)")
        }
    }

    @Test func `a member's details come, change and go with it`() throws {
        let (one, two) = (members([1])[0], members([2])[0])
        var configuration = Configuration(
            voters: [one], details: [Configuration.Details(member: one, bytes: [1])])
        configuration = try configuration.applying(.add(two, promotes: true, details: [2])).get()
        #expect(configuration.details(of: two) == [2])
        configuration = try configuration.applying(.setDetails(two, [3, 3])).get()
        #expect(configuration.details(of: two) == [3, 3])
        #expect(try Configuration(encoded: configuration.encoded()) == configuration)
        let joint = try #require(configuration.promoting(two))
        let settled = joint.leavingJoint
        #expect(settled.details(of: one) == [1])
        #expect(settled.details(of: two) == [3, 3])
        let removed = try settled.applying(.remove(two)).get().leavingJoint
        #expect(removed.details(of: two) == [])
        #expect(removed == Configuration(voters: [one], details: configuration.details.dropLast()))
    }

    @Test func `several members are removed at once, voters and learners`() throws {
        let all = members([1, 2, 3, 4, 5])
        let configuration = Configuration(
            voters: members([1, 2, 3]), learners: members([4, 5]), promotable: members([4]),
            priorities: [Configuration.Priority(member: all[2], value: 2)],
            details: all.map { Configuration.Details(member: $0, bytes: [UInt8($0.node)]) })
        let joint = try configuration.applying(.removeAll(members([2, 3, 4]))).get()
        #expect(joint.outgoing == configuration.voters)
        #expect(joint.details(of: all[1]) == [2], "a voter that leaves can still be reached")
        let kept = [all[0], all[4]].map {
            Configuration.Details(member: $0, bytes: [UInt8($0.node)])
        }
        #expect(
            joint.leavingJoint
                == Configuration(voters: members([1]), learners: members([5]), details: kept))
        #expect(configuration.applying(.removeAll(members([1, 2, 3]))) == .failure(.lastVoter))
        #expect(configuration.applying(.removeAll(members([1, 6]))) == .failure(.notMember))
        #expect(configuration.applying(.removeAll([])) == .success(configuration))
    }

    @Test func `details are at most 1,024 bytes and only of members`() {
        let (one, two) = (members([1])[0], members([2])[0])
        let alone = Configuration(voters: [one])
        let most = [UInt8](repeating: 7, count: 1024)
        #expect(throws: Never.self) { try alone.applying(.setDetails(one, most)).get() }
        #expect(alone.applying(.setDetails(one, most + [7])) == .failure(.detailsTooLong))
        #expect(
            alone.applying(.add(two, promotes: false, details: most + [7]))
                == .failure(.detailsTooLong))
        #expect(alone.applying(.setDetails(two, [1])) == .failure(.notMember))
        let stranger = Configuration.Details(member: two, bytes: [1])
        #expect(Configuration(checking: [one], details: [stranger]) == nil)
        let empty = Configuration.Details(member: one, bytes: [])
        #expect(Configuration(checking: [one], details: [empty]) == nil)
    }

    @Test func `nobody is a quorum of the empty configuration`() {
        #expect(!Configuration.empty.isQuorum { _ in true })
        #expect(Configuration.empty.quorumValue { _ in 1 } == nil)
    }

    @Test func `the encoding is canonical and complete`() throws {
        let full = Configuration(
            voters: members([3, 1, 2]), outgoing: members([1, 4]), learners: members([9, 7]))
        let again = Configuration(
            voters: members([1, 2, 3]), outgoing: members([4, 1]), learners: members([7, 9]))
        #expect(full.encoded() == again.encoded())
        for configuration in [full, .empty, Configuration(voters: members([5]))] {
            #expect(try Configuration(encoded: configuration.encoded()) == configuration)
        }
    }

    @Test func `the encoding is the one that was written down`() {
        let bytes = Configuration(voters: members([5])).encoded()
        let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(hex == "a10081820550" + "0000000000000005" + "0000000000000001")
    }

    @Test func `unknown keys and items are passed over`() throws {
        // {0: [[5, 16 bytes, "new"]], 9: {1: [2]}}
        let incarnation = Identifier128(high: 5, low: 1).bytes
        let bytes =
            [0xA2, 0x00, 0x81, 0x83, 0x05, 0x50] + incarnation
            + [0x63, 0x6E, 0x65, 0x77, 0x09, 0xA1, 0x01, 0x81, 0x02]
        #expect(try Configuration(encoded: bytes) == Configuration(voters: members([5])))
    }

    @Test func `bytes that are no configuration are refused`() {
        let good = Configuration(voters: members([1, 2]), learners: members([3])).encoded()
        for count in 0..<good.count {
            #expect(throws: (any Error).self) {
                try Configuration(encoded: Array(good.prefix(count)))
            }
        }
        #expect(throws: (any Error).self) { try Configuration(encoded: good + [0]) }
    }

    @Test func `no byte can be changed so that decoding traps`() {
        let good = Configuration(voters: members([1, 2]), outgoing: members([2, 3])).encoded()
        for position in good.indices {
            for value in UInt8.min...UInt8.max {
                var bytes = good
                bytes[position] = value
                if let decoded = try? Configuration(encoded: bytes) {
                    #expect((try? Configuration(encoded: decoded.encoded())) == decoded)
                }
            }
        }
    }

    @Test func `a list that is out of order, doubled or too long is refused`() {
        #expect(Configuration(checking: members([2, 1]), outgoing: [], learners: []) == nil)
        #expect(Configuration(checking: members([1, 1]), outgoing: [], learners: []) == nil)
        #expect(Configuration(checking: members([1]), outgoing: [], learners: members([1])) == nil)
        #expect(Configuration(checking: [], outgoing: members([1]), learners: []) == nil)
        let nine = members((1...9).map { $0 })
        #expect(Configuration(checking: nine, outgoing: [], learners: []) != nil)
        let ten = members((1...10).map { $0 })
        #expect(Configuration(checking: ten, outgoing: [], learners: []) == nil)
        let learners = members((10...64).map { $0 })
        #expect(Configuration(checking: nine, outgoing: [], learners: learners) != nil)
        let oneMore = members((10...65).map { $0 })
        #expect(Configuration(checking: nine, outgoing: [], learners: oneMore) == nil)
    }

    // Ra 82e5ca2f, canonical/raft #250.
    @Test func `a truncation brings the configuration before back into force`() {
        let first = Configuration(voters: members([1]))
        let second = Configuration(voters: members([1, 2, 3]))
        var history = ConfigurationHistory(base: first, at: LogIndex(4))
        history.append(second, at: LogIndex(9))
        #expect(history.current == second)
        #expect(history.configuration(at: LogIndex(8)) == first)
        history.truncate(from: LogIndex(9))
        #expect(history.current == first)
        history.append(second, at: LogIndex(10))
        history.compact(through: LogIndex(9))
        #expect(history.elements.count == 2)
        history.compact(through: LogIndex(10))
        #expect(history.elements.count == 1)
    }
}
