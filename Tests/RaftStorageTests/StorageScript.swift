import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit

/// A seeded sequence of everything that is done to a data directory, with what must survive it.
///
/// `@unchecked Sendable`: the disk's observer runs on the thread of the script, inside its calls.
final class StorageScript: @unchecked Sendable {
    let disk: SimulatedDisk
    private var random: SeededRandom
    private(set) var acknowledged = StorageModel()
    /// What holds if the write under way becomes durable.
    private(set) var attempted: StorageModel?
    /// The snapshot contents that were published, by group and index.
    private(set) var snapshots: [GroupID: [UInt64: [UInt8]]] = [:]
    /// What the last write that failed threw.
    private(set) var failedWrite: LogDeviceError?
    private(set) var host: HostDirectory?

    init(disk: SimulatedDisk, seed: UInt64) {
        self.disk = disk
        random = SeededRandom(seed: seed)
    }

    /// Runs some steps; stops at the first error.
    func run(steps: Int) throws {
        let host = try HostDirectory.open(on: disk).host
        self.host = host
        try write(
            LogBatch(writes: [
                (TestSettings.group, .openGroup(name: "first")),
                (TestSettings.otherGroup, .openGroup(name: "second")),
                (TestSettings.quietGroup, .openGroup(name: "quiet")),
                (TestSettings.quietGroup, .append(makeEntries(1...4, bytes: 700))),
            ]))
        for step in 0..<steps { try self.step(step) }
        try host.close()
    }

    private func step(_ number: Int) throws {
        let group = random.isOne(in: 4) ? TestSettings.otherGroup : TestSettings.group
        switch random.number(below: 16) {
        case 0: try write(LogBatch(group, .hardState(term: nextTerm(group), vote: vote())))
        case 1: try truncate(group)
        case 2, 3: try snapshot(group)
        case 4: host?.log.makeSpares()
        case 5: try replaceOtherGroup(number)
        case 6: try installSnapshot(TestSettings.otherGroup)
        case 7: try write(LogBatch(group, .append(entries(group, count: 1, bytes: 6000))))
        default:
            let count = random.number(below: 6) + 1
            try write(LogBatch(group, .append(entries(group, count: count, bytes: 900))))
        }
    }

    private func write(_ batch: LogBatch) throws {
        var next = acknowledged
        next.apply(batch)
        let failedBefore = attempted
        attempted = next
        do {
            try host?.log.write(batch)
        } catch {
            failedWrite = error as? LogDeviceError
            switch failedWrite?.code {
            case .full: attempted = nil
            case .poisoned: attempted = failedBefore
            default: break
            }
            throw error
        }
        acknowledged = next
        attempted = nil
    }

    /// Writes once more after a step that failed.
    func goOn() throws {
        guard let state = acknowledged.groups[TestSettings.group] else {
            return try write(LogBatch(TestSettings.group, .openGroup(name: "late")))
        }
        let entries = makeEntries(state.last + 1...state.last + 1, term: 50)
        try write(LogBatch(TestSettings.group, .append(entries)))
    }

    private func truncate(_ group: GroupID) throws {
        guard let state = acknowledged.groups[group],
            state.last > state.snapshot?.index.rawValue ?? 0
        else { return }
        let lowest = (state.snapshot?.index.rawValue ?? 0) + 1
        let first = UInt64.random(in: lowest...state.last, using: &random)
        let replacement = makeEntries(first...first + 1, term: nextTerm(group).rawValue, bytes: 60)
        try write(
            LogBatch(
                group, .hardState(term: nextTerm(group), vote: nil),
                .truncate(from: LogIndex(first)), .append(replacement)))
    }

    /// Takes a snapshot, lets the log name it, and drops what it covers.
    private func snapshot(_ group: GroupID) throws {
        guard let state = acknowledged.groups[group], state.last > 0,
            let entry = state.entries[state.last]
        else { return }
        let position = LogPosition(index: entry.index, term: entry.term)
        guard state.snapshot.map({ $0.index < position.index }) ?? true else { return }
        try publish(group, position)
        try write(LogBatch(group, .snapshot(position)))
        try host?.log.compact(group, through: position.index)
        try host?.snapshots.prune(group, before: position)
    }

    /// Takes over a snapshot from elsewhere that is beyond the log.
    private func installSnapshot(_ group: GroupID) throws {
        guard let state = acknowledged.groups[group] else { return }
        let position = LogPosition(index: LogIndex(state.last + 10), term: nextTerm(group))
        try publish(group, position)
        try write(LogBatch(group, .snapshot(position)))
        try host?.log.compact(group, through: position.index)
    }

    private func publish(_ group: GroupID, _ position: LogPosition) throws {
        let bytes = makePayload(
            index: position.index.rawValue, term: position.term.rawValue,
            bytes: random.number(below: 3000))
        snapshots[group, default: [:]][position.index.rawValue] = bytes
        guard let writer = try host?.snapshots.begin(.example(group, position)) else { return }
        try bytes.withUnsafeBytes { try writer.write($0) }
        try writer.publish()
    }

    private func replaceOtherGroup(_ number: Int) throws {
        let group = TestSettings.otherGroup
        guard random.isOne(in: 3) else { return }
        try write(LogBatch(group, .deleteGroup))
        try host?.snapshots.removeAll(of: group)
        try write(LogBatch(group, .openGroup(name: "second, made at \(number)")))
    }

    private func entries(_ group: GroupID, count: Int, bytes: Int) -> [LogEntry] {
        let last = acknowledged.groups[group]?.last ?? 0
        let term = max(1, acknowledged.groups[group]?.term.rawValue ?? 1)
        let size = random.number(below: bytes)
        return makeEntries(last + 1...last + UInt64(count), term: term, bytes: size)
    }

    private func nextTerm(_ group: GroupID) -> Term {
        Term((acknowledged.groups[group]?.term.rawValue ?? 0) + 1)
    }

    private func vote() -> MemberID? {
        guard random.isOne(in: 2) else { return nil }
        return MemberID(node: UInt64(random.number(below: 9)), incarnation: TestSettings.group)
    }
}

extension SnapshotMetadata {
    static func example(_ group: GroupID, _ position: LogPosition) -> SnapshotMetadata {
        SnapshotMetadata(
            group: group, position: position, time: 77, configuration: [1, 2, 3],
            machineVersion: 1)
    }
}
