import CBOR
import RaftCore
import RaftRuntime
import RaftStorage
import Testing

@testable import Khepri
@testable import KhepriTree

@Suite("Restoring a store") struct RestoreTests {
    /// A snapshot in memory.
    private final class Reader: SnapshotReader {
        let metadata: SnapshotMetadata
        let byteCount: UInt64 = 0
        private var pieces: [[UInt8]]

        init(_ pieces: [[UInt8]], at index: UInt64) {
            self.pieces = pieces.reversed()
            metadata = SnapshotMetadata(
                group: GroupID(high: 1, low: 1),
                position: LogPosition(index: LogIndex(index), term: .zero), time: 0,
                configuration: [], machineVersion: 1)
        }

        func next() throws -> [UInt8]? { pieces.popLast() }
    }

    /// The state after one command with this revision.
    private func state(at revision: UInt64) throws -> [[UInt8]] {
        var machine = TreeMachine(history: SessionID(high: 1, low: 1))
        let write = TreeOperation.Write(payload: try Payload(7))
        _ = machine.apply(
            TreeCommand(TreeOperation(.put(write), at: "/a/b")),
            in: ApplyContext(revision: Revision(revision), time: 1))
        let snapshot = machine.makeSnapshot()
        var blocks: [[UInt8]] = []
        while let block = try snapshot.next(byteLimit: 1_000) { blocks.append(block) }
        return blocks
    }

    private func machine() -> StoreMachine {
        StoreMachine(
            history: GroupID(high: 1, low: 1),
            member: MemberID(node: 1, incarnation: GroupID(high: 1, low: 1)),
            TreeReclamation(clock: SystemClock(), attendedBy: { _ in }))
    }

    @Test(arguments: [5, 6]) func `readers see a state up to the entry of its snapshot`(
        index: UInt64
    ) throws {
        let machine = machine()
        machine.replace(by: try machine.load(from: Reader(try state(at: 5), at: index)))
        #expect(machine.published.hasNode(at: "/a/b"))
        #expect(machine.published.revision == Revision(5))
        #expect(machine.counts.nodeCount == 3)
    }

    @Test func `a state later than its snapshot is refused, and nothing is shown`() throws {
        let machine = machine()
        let reader = Reader(try state(at: 5), at: 4)
        #expect(throws: LogDeviceError.self) { try machine.load(from: reader) }
        #expect(!machine.published.hasNode(at: "/a"))
    }

    @Test func `a state that is cut off is refused, and nothing is shown`() throws {
        let machine = machine()
        let reader = Reader(try state(at: 5).dropLast(), at: 5)
        #expect(throws: StateError.self) { try machine.load(from: reader) }
        #expect(!machine.published.hasNode(at: "/a"))
    }

    @Test func `a log with a command of a newer version is refused, and keeps it`() async throws {
        try await withTemporaryDirectory { directory in
            let place = directory + "/store"
            let store = try await TreeStore.open(at: place)
            try await store.put(1, at: "/a")
            try await store.close()

            var newer = CBORWriter()
            CommandHeader(kind: TreeCommand.kind, version: TreeCommand.version + 1, partCount: 0)
                .write(to: &newer)
            let opened = try HostDirectory.open(
                place, disk: PosixDisk(), options: LogOptions(randomBits: { 7 })
            ) {
                _ in
            }
            let (group, recovered) = try #require(opened.recovered.first)
            let last = try #require(recovered.entries.last)
            let entry = LogEntry(
                index: last.index.successor, term: last.term, kind: .command, time: last.time,
                payload: newer.finish())
            try opened.host.log.write(LogBatch(writes: [(group: group, write: .append([entry]))]))
            try opened.host.close()

            for _ in 1...2 {
                await expectError(.newerFormat) { try await TreeStore.open(at: place) }
            }
        }
    }
}
