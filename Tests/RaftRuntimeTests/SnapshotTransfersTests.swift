import RaftCore
import Testing

@testable import RaftRuntime

/// A snapshot that comes while this member takes one of the same place.
@Suite("Snapshots that are taken and received")
struct SnapshotTransfersTests {
    private static let group = GroupID(high: 1, low: 2)
    private static let position = LogPosition(index: LogIndex(64), term: Term(3))
    private static let metadata = SnapshotMetadata(
        group: group, position: position, time: 5, configuration: Configuration.empty.encoded(),
        machineVersion: 1)

    private let store = MemorySnapshots()
    private let machine = MachineBox(JournalMachine())
    private var transfers: SnapshotTransfers

    init() {
        transfers = SnapshotTransfers(store: store)
    }

    private mutating func perform(_ job: TransferJob) -> TransferResult.Outcome? {
        transfers.perform(job, of: Self.group, slot: GroupSlot(rawValue: 0), machine: machine)?
            .outcome
    }

    /// The only piece of a snapshot that comes.
    private mutating func receive(_ state: [UInt8]) {
        let bytes = SnapshotPreamble(Self.metadata).bytes + state
        let chunk = SnapshotChunk(
            position: Self.position, configuration: .empty, offset: 0, byteCount: bytes.count,
            isLast: true, round: ReadRound(1))
        _ = perform(.store(chunk, bytes))
    }

    private func take(_ state: [UInt8]) throws {
        let writer = try store.begin(Self.metadata)
        try state.withUnsafeBytes { try writer.write($0) }
        try writer.publish()
    }

    private var published: [[UInt8]] {
        store.state.withLock { $0.snapshots.map { $0.chunks.flatMap(\.self) } }
    }

    @Test func `what is given up leaves the one that was taken here`() throws {
        var test = self
        test.receive([1, 7])
        try take([1, 7])
        _ = test.perform(.discard)
        #expect(published == [[1, 7]])
    }

    @Test func `one that comes does not replace the one that was taken here`() throws {
        var test = self
        test.receive([1, 9])
        try take([1, 7])
        guard case .installed(let snapshot) = test.perform(.install(Self.position)) else {
            Issue.record("the snapshot was not installed")
            return
        }
        #expect(published == [[1, 7]])
        snapshot.state.replace()
    }

    @Test func `one that comes alone is installed, and nothing is left of one that is given up`() {
        var test = self
        test.receive([1, 9])
        _ = test.perform(.discard)
        guard case .refused = test.perform(.install(Self.position)) else {
            Issue.record("what was given up was installed")
            return
        }
        test.receive([1, 9])
        guard case .installed = test.perform(.install(Self.position)) else {
            Issue.record("the snapshot was not installed")
            return
        }
        #expect(published == [[1, 9]])
    }
}
