import Foundation
import Raft
import Testing

@testable import LockService

@Suite("Lock table") struct LockTableTests {
    private let alice = UUID()
    private let bob = UUID()

    private func acquire(_ owner: UUID) -> [UInt8] {
        LockCommand.acquire(name: [1], owner: owner, milliseconds: 10).encoded
    }

    private func at(_ index: UInt64, _ time: UInt64) -> ApplyContext {
        ApplyContext(index: LogIndex(index), time: time)
    }

    @Test func `a lock is its owner's until the time is over, and not after`() {
        var table = LockTable()
        #expect(table.apply(acquire(alice), in: at(5, 100)) == .granted(token: 5))
        #expect(table.apply(acquire(bob), in: at(6, 109)) == .heldByAnother)
        #expect(table.apply(acquire(bob), in: at(7, 110)) == .granted(token: 7))
    }

    @Test func `an owner who asks again keeps the token and gets more time`() {
        var table = LockTable()
        #expect(table.apply(acquire(alice), in: at(5, 100)) == .granted(token: 5))
        #expect(table.apply(acquire(alice), in: at(6, 109)) == .granted(token: 5))
        #expect(table.apply(acquire(bob), in: at(7, 118)) == .heldByAnother)
    }

    @Test func `an old token frees nothing`() {
        var table = LockTable()
        _ = table.apply(acquire(alice), in: at(5, 100))
        _ = table.apply(acquire(bob), in: at(6, 200))
        let release = LockCommand.release(name: [1], token: 5).encoded
        #expect(table.apply(release, in: at(7, 201)) == .notHeld)
    }

    @Test func `bytes that are no command are answered and change nothing`() throws {
        var table = LockTable()
        _ = table.apply(acquire(alice), in: at(5, 100))
        let before = table
        #expect(table.apply([0xff], in: at(6, 101)) == .unreadable)
        #expect(table == before)
        #expect(try LockTable(encoded: table.encoded) == table)
    }
}
