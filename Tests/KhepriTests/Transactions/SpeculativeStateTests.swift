import KhepriTree
import RaftCore
import RaftRuntime
import Testing

@testable import Khepri

/// The state that transactions see which are made at their place in the log.
@Suite("The state of a leader's log") struct SpeculativeStateTests {
    private static func entry(_ index: UInt64, term: UInt64, _ value: Int) throws -> LogEntry {
        let payload = Payload(validated: [UInt8(value)])
        let operation = TreeOperation(.put(.init(payload: payload)), at: "/n")
        return LogEntry(
            index: LogIndex(index), term: Term(term), kind: .command, time: index,
            payload: try TreeCommand(operation).encoded())
    }

    private static func value(_ state: SpeculativeState) throws -> Int? {
        try state.tree.value(at: "/n", as: Int.self)
    }

    @Test func `it holds each entry once, in order`() throws {
        let machine = TreeMachine(history: SessionID(high: 1, low: 1))
        var state = SpeculativeState(machine, in: Term(1))
        #expect(!state.isAhead(of: machine))
        state.advance(by: [try Self.entry(1, term: 1, 5), try Self.entry(2, term: 1, 6)])
        state.advance(by: [try Self.entry(1, term: 1, 5), try Self.entry(3, term: 1, 7)])
        #expect(try Self.value(state) == 7)
        #expect(state.tree.node(at: "/n")?.payloadVersion == 3)
        #expect(state.continues(machine, in: Term(1)))
        #expect(machine.tree.node(at: "/n") == nil)
    }

    @Test func `entries of another term may be others`() throws {
        let machine = TreeMachine(history: SessionID(high: 1, low: 1))
        var state = SpeculativeState(machine, in: Term(1))
        state.advance(by: [try Self.entry(1, term: 1, 5)])
        #expect(!state.continues(machine, in: Term(2)))

        // As the machine of a store uses it.
        let store = StoreMachine(
            history: GroupID(high: 1, low: 1),
            member: MemberID(node: 1, incarnation: GroupID(high: 1, low: 1)),
            TreeReclamation(clock: SystemClock(), attendedBy: { _ in }))
        store.speculate([try Self.entry(1, term: 1, 5)], in: Term(1))
        store.speculate([try Self.entry(1, term: 2, 6)], in: Term(2))
        let seen = Lock<Int?>(nil)
        _ = store.command(
            of: Look { tree in seen.withLock { $0 = try? tree.value(at: "/n", as: Int.self) } },
            at: EntryPlace(index: LogIndex(2), term: Term(2), time: 2), in: nil)
        #expect(seen.withLock { $0 } == 6)
    }
}

/// Looks at the tree in place of a transaction.
private struct Look: LateTransaction {
    let look: @Sendable (Tree) -> Void

    func command(at place: EntryPlace, on tree: Tree, in session: TreeCommand.Session?) -> [UInt8] {
        look(tree)
        return [0]
    }
}
