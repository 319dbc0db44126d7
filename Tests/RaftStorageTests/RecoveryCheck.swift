import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit

/// Opens a directory after something happened to it, and says what is wrong.
struct RecoveryCheck {
    let acknowledged: StorageModel
    let attempted: StorageModel?
    let snapshots: [GroupID: [UInt64: [UInt8]]]

    init(_ script: StorageScript) {
        acknowledged = script.acknowledged
        attempted = script.attempted
        snapshots = script.snapshots
    }

    /// What is wrong, or nil if all that was acknowledged is there, nothing by halves, and the
    /// log works on.
    func complaint(about disk: SimulatedDisk) -> String? {
        do {
            let (host, recovered) = try HostDirectory.open(on: disk)
            guard let model = model(of: recovered) else {
                return acknowledged.complaint(about: recovered)
            }
            if let complaint = try snapshotComplaint(host, recovered) { return complaint }
            if let complaint = try readingComplaint(host, recovered) { return complaint }
            return try workingComplaint(host, model, disk)
        } catch {
            return "\(error)"
        }
    }

    /// The state that was recovered: before or after the write under way.
    private func model(of recovered: [GroupID: RecoveredGroup]) -> StorageModel? {
        [acknowledged, attempted].compactMap(\.self)
            .first { $0.complaint(about: recovered) == nil }
    }

    private func snapshotComplaint(
        _ host: HostDirectory, _ recovered: [GroupID: RecoveredGroup]
    ) throws -> String? {
        for (group, found) in recovered {
            guard let wanted = found.snapshot else { continue }
            guard let reader = try host.snapshots.openNewest(of: group) else {
                return "no snapshot of \(found.name)"
            }
            guard reader.metadata == .example(group, wanted) else {
                return "snapshot \(reader.metadata.position) of \(found.name), not \(wanted)"
            }
            var bytes: [UInt8] = []
            while let chunk = try reader.next() { bytes += chunk }
            guard bytes == snapshots[group]?[wanted.index.rawValue] else {
                return "the snapshot of \(found.name) has other bytes"
            }
        }
        return nil
    }

    private func readingComplaint(
        _ host: HostDirectory, _ recovered: [GroupID: RecoveredGroup]
    ) throws -> String? {
        for (group, found) in recovered {
            guard let first = found.entries.first else { continue }
            let read = try host.log.entries(of: group, from: first.index, byteLimit: 1 << 20)
            guard read == found.entries else { return "entries of \(found.name) read back differ" }
        }
        return nil
    }

    /// Writes something, loses power, and opens again.
    private func workingComplaint(
        _ host: HostDirectory, _ model: StorageModel, _ disk: SimulatedDisk
    ) throws -> String? {
        var model = model
        let opening = LogBatch(GroupID(high: 0xF, low: 4), .openGroup(name: "made afterwards"))
        try host.log.write(opening)
        model.apply(opening)
        for (group, state) in model.groups {
            let entries = makeEntries(state.last + 1...state.last + 2, term: 99, bytes: 3000)
            let batch = LogBatch(group, .append(entries))
            try host.log.write(batch)
            model.apply(batch)
        }
        disk.crash { _ in false }
        let again = try HostDirectory.open(on: disk)
        if let complaint = model.complaint(about: again.recovered) {
            return "after going on: \(complaint)"
        }
        return nil
    }
}
