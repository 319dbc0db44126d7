import RaftCore
import RaftRuntime

/// What a log should know, in the simplest form.
struct StorageModel {
    struct Group: Equatable {
        var name: String
        var term = Term.zero
        var vote: MemberID?
        var snapshot: LogPosition?
        var last: UInt64 = 0
        var entries: [UInt64: LogEntry] = [:]
    }

    var groups: [GroupID: Group] = [:]

    mutating func apply(_ batch: LogBatch) {
        for (group, write) in batch.writes { apply(write, to: group) }
    }

    private mutating func apply(_ write: LogWrite, to group: GroupID) {
        switch write {
        case .openGroup(let name): groups[group] = Group(name: name)
        case .deleteGroup: groups[group] = nil
        case .hardState(let term, let vote):
            groups[group]?.term = term
            groups[group]?.vote = vote
        case .truncate(let index):
            let last = groups[group]?.last ?? 0
            for index in stride(from: index.rawValue, through: last, by: 1) {
                groups[group]?.entries[index] = nil
            }
            groups[group]?.last = min(last, index.rawValue - 1)
        case .append(let entries):
            for entry in entries {
                groups[group]?.entries[entry.index.rawValue] = entry
                groups[group]?.last = entry.index.rawValue
            }
        case .snapshot(let position):
            groups[group]?.snapshot = position
            if position.index.rawValue > groups[group]?.last ?? 0 {
                groups[group]?.entries = [:]
                groups[group]?.last = position.index.rawValue
            }
        }
    }

    /// What is wrong with a recovered log, or nil.
    func complaint(about recovered: [GroupID: RecoveredGroup]) -> String? {
        guard Set(recovered.keys) == Set(groups.keys) else {
            return "groups: expected \(groups.count), found \(recovered.count)"
        }
        for (id, group) in groups {
            guard let found = recovered[id] else { return "group \(id) is missing" }
            if let complaint = complaint(group, found) { return "\(group.name): \(complaint)" }
        }
        return nil
    }

    private func complaint(_ group: Group, _ found: RecoveredGroup) -> String? {
        if found.name != group.name { return "name \(found.name)" }
        if found.term != group.term { return "term \(found.term), not \(group.term)" }
        if found.vote != group.vote { return "vote" }
        if found.snapshot != group.snapshot {
            return "snapshot \(String(describing: found.snapshot))"
        }
        let needed = (group.snapshot?.index.rawValue ?? 0) + 1
        if group.last >= needed {
            guard let first = found.entries.first?.index.rawValue, first <= needed else {
                return "entries begin after \(needed)"
            }
        }
        if let last = found.entries.last, last.index.rawValue != group.last {
            return "last is \(last.index.rawValue), not \(group.last)"
        }
        var expected = found.entries.first?.index.rawValue ?? 0
        for entry in found.entries {
            if entry.index.rawValue != expected { return "a gap before \(expected)" }
            if entry != group.entries[expected] { return "entry \(expected) is another one" }
            expected += 1
        }
        return nil
    }
}
