import RaftCore
import TestSupport

extension ClusterWorld {
    func takeSnapshotIfDue(_ id: MemberID) {
        guard faults.snapshotEvery > 0, let member = members[id], let server = member.server else {
            return
        }
        let applied = member.machine.position
        guard server.mayTakeSnapshot, member.taking.index <= server.snapshotPosition.index,
            applied.index > server.snapshotPosition.index
        else { return }
        let distance = applied.index.distance(from: server.snapshotPosition.index)
        guard distance >= faults.snapshotEvery else { return }
        if server.configuration(at: applied.index) != member.machine.configuration {
            oracle.fail("\(id.node) names another configuration for \(applied)")
        }
        members[id]?.taking = applied
        members[id]?.disk.snapshots[applied] = member.machine
        queue.add(
            .publishSnapshot(id, life: member.life, applied), at: now + pick(100_000...100_000_000))
    }

    func store(_ chunk: SnapshotChunk, _ state: MachineState?, at id: MemberID) {
        guard let member = members[id], let state else { return }
        if chunk.offset == 0 { members[id]?.received = (chunk.position, state, 0) }
        guard let received = members[id]?.received, received.position == chunk.position,
            received.end == chunk.offset
        else { return oracle.fail("\(id.node) stores a piece of a snapshot out of order") }
        members[id]?.received?.end = chunk.end
        let event = RaftEvent.snapshotStored(chunk.position, end: chunk.end)
        queue.add(
            .step(id, life: member.life, event), at: now + pick(member.diskLatency))
    }

    func install(_ position: LogPosition, _ configuration: Configuration, at id: MemberID) {
        guard let member = members[id], let received = member.received else {
            return oracle.fail("\(id.node) installs a snapshot that it has not received")
        }
        if received.position != position || received.state.configuration != configuration {
            oracle.fail("\(id.node) installs another snapshot than it received")
        }
        let isDamaged = faults.damagedSnapshots && !isHealed && random.oneIn(3)
        let event: RaftEvent =
            isDamaged ? .snapshotRefused(position) : .snapshotInstalled(position)
        queue.add(.step(id, life: member.life, event), at: now + pick(member.diskLatency))
    }

    /// Reports to the server what became of a snapshot.
    func report(_ id: MemberID, _ event: RaftEvent) {
        switch event {
        case .snapshotInstalled(let position):
            if let received = members[id]?.received, received.position == position {
                members[id]?.disk.snapshots[position] = received.state
            }
        case .snapshotRefused: members[id]?.received = nil
        default: break
        }
        step(id, event)
    }
}
