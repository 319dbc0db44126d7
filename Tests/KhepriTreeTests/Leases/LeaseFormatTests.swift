import CBOR
import Foundation
import Testing

@testable import KhepriTree

@Suite("Leases as bytes") struct LeaseFormatTests {
    private static func store() throws -> LeaseStore {
        var store = LeaseStore()
        try store.grant(1)
        try store.apply(.grant(LeaseStore.id(2), milliseconds: 60_000))
        try store.put("/a/x", .lease(1), .path("/", .exists(true)))
        try store.put("/b", .lease(2))
        return store
    }

    private static func bytes(of machine: TreeMachine) throws -> [UInt8] {
        let snapshot = machine.makeSnapshot()
        var whole: [UInt8] = []
        while let block = try snapshot.next(byteLimit: 60) { whole += block }
        return whole
    }

    private static func load(_ bytes: [UInt8]) throws -> TreeMachine {
        var loader = StateLoader()
        try loader.consume(bytes)
        return try loader.finish()
    }

    @Test func `a member that begins with a snapshot goes on like the others`() throws {
        var store = try Self.store()
        var other = store
        other.machine = try store.machine.reloaded()
        other.machine.checkInvariants()
        #expect(other.machine.leases.sorted.map(\.milliseconds) == [5_000, 60_000])
        try store.apply(.revoke(LeaseStore.id(1)))
        try other.apply(.revoke(LeaseStore.id(1)))
        #expect(other.paths == "/b")
        #expect(other.machine.stateHash == store.machine.stateHash)
    }

    @Test func `every flipped bit of a state with leases is noticed`() throws {
        let whole = try Self.bytes(of: try Self.store().machine)
        for bit in 0..<whole.count * 8 {
            var damaged = whole
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: StateError.self, "bit \(bit)") { _ = try Self.load(damaged) }
        }
    }

    @Test func `the state hash tells leases and their nodes apart`() throws {
        var hashes: Set<UInt128> = []
        for (lease, time) in [(1, 5_000), (2, 5_000), (1, 6_000)] as [(UInt64, UInt64)] {
            var store = LeaseStore()
            try store.apply(.grant(LeaseStore.id(lease), milliseconds: time))
            hashes.insert(store.machine.stateHash)
            try store.put("/a", .lease(lease))
            hashes.insert(store.machine.stateHash)
        }
        #expect(hashes.count == 6)
    }

    /// Tests/Fixtures/state-v4/state.txt has the stream in hexadecimal.
    @Test func `a state with leases is written byte for byte`() throws {
        let file = ConformanceTraces.directory.deletingLastPathComponent()
            .appending(path: "state-v4/state.txt")
        let digits = try String(contentsOf: file, encoding: .utf8).filter(\.isHexDigit)
        let written = Self.digits(try Self.bytes(of: try Self.store().machine))
        #expect(digits == written)
    }

    /// Tests/Fixtures/commands-v3/commands.txt has a command a line in hexadecimal.
    @Test func `commands about leases are written byte for byte, and read`() throws {
        let id = SessionID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F)
        let changes: [LeaseCommand] = [
            .grant(id, milliseconds: 5_000), .revoke(id), .expire(id, term: 300),
        ]
        var lines: [[UInt8]] = changes.map { change in
            var writer = CBORWriter()
            change.encode(into: &writer)
            return writer.finish()
        }
        for (line, change) in zip(lines, changes) {
            guard case .lease(change) = DecodedCommand(line) else {
                Issue.record("expected \(change)")
                continue
            }
        }
        let put = TreeOperation(.put(.of(1, [.lease(id), .parent(.exists(true))])), at: "/a")
        let session = TreeCommand.Session(id: id, sequence: 3, lowestUnanswered: 2)
        let commands = [
            TreeCommand(put), TreeCommand(put, session: session),
            TreeCommand(put, basis: .term(9)), TreeCommand(put, session: session, basis: .term(9)),
        ]
        for command in commands {
            lines.append(try encoded(command))
            #expect(try decoded(try encoded(command)) == command)
        }
        let file = ConformanceTraces.directory.deletingLastPathComponent()
            .appending(path: "commands-v3/commands.txt")
        let golden = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(golden.map(String.init) == lines.map(Self.digits))
    }

    @Test func `a member that knows no leases stops at the first command that names one`() throws {
        let plain = TreeOperation(.put(.of(1, nil)), at: "/a")
        let named = TreeOperation(.put(.of(1, [.lease(1)])), at: "/a")
        let batch = TreeOperation(.transaction(readOnly: false, [plain, named]))
        let kinds: [TreeOperation] = [
            named, batch, TreeOperation(.clearPayload(keepWhile: [.lease(1)]), at: "/a"),
            TreeOperation(.compareAndSwap(expected: .anything, .of(1, [.lease(1)])), at: "/a"),
        ]
        #expect(try encoded(TreeCommand(plain))[2] == 1)
        for operation in kinds { #expect(try encoded(TreeCommand(operation))[2] == 3) }
    }

    @Test func `what is no command about a lease is an error, and what is newer is said to be`()
        throws
    {
        guard case .needsNewerVersion = DecodedCommand([0x83, 4, 2, 0, 0]) else {
            Issue.record("expected a newer version")
            return
        }
        let id = [0x50] + [UInt8](repeating: 0, count: 16)
        let damaged: [[UInt8]] = [
            [0x82, 4, 1], [0x84, 4, 1, 1, 0x40], [0x84, 4, 1, 0] + id, [0x85, 4, 1, 1] + id + [5],
            [0x85, 4, 1, 0] + id + [5], [0x84, 4, 1, 3] + id, [0x84, 4, 1, 1] + id + [1],
            [0x84, 4, 0, 1] + id,
        ]
        for bytes in damaged {
            guard case .malformed = DecodedCommand(bytes) else {
                Issue.record("expected no command in \(bytes)")
                continue
            }
        }
    }

    @Test func `a state whose node names a lease that is not there is refused`() throws {
        let whole = try Self.bytes(of: try Self.store().machine)
        // The last byte of the identity of the second lease in the header.
        let id: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 2]
        let place = try #require(whole.indices.first { Array(whole[$0...].prefix(8)) == id })
        var damaged = whole
        damaged[place + 7] = 3
        let error = #expect(throws: StateError.self) { _ = try Self.load(damaged) }
        #expect(error?.description.contains("expected a lease of the header") == true)
    }

    @Test func `a lease has a form in the lines of operations`() throws {
        let line =
            #"{"op":"put","path":"/a","value":1,"#
            + #""keepWhile":[[{"lease":"00000000000000070000000000000001"},{"exists":true}]]}"#
        guard case .operation(let operation) = try OperationLine(line) else { return }
        #expect(operation == TreeOperation(.put(.of(1, [.lease(1)])), at: "/a"))
        #expect(operation.jsonText == line)
        for bad in ["", "0", "+0000000000000070000000000000001", String(repeating: "g", count: 32)]
        {
            let text = line.replacing("00000000000000070000000000000001", with: bad)
            #expect(throws: OperationError.self) { _ = try OperationLine(text) }
        }
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
