import RaftCore

/// Writes the snapshots that other members send, one of each group.
struct IncomingSnapshots {
    private struct Transfer {
        let slot: GroupSlot
        let position: LogPosition
        let writer: any SnapshotWriter
        var end: UInt64
    }

    private var transfers: [Transfer] = []

    /// Stores a piece; the first one begins a snapshot.
    ///
    /// - Returns: Where the next piece begins.
    mutating func store(
        _ chunk: SnapshotChunk, _ bytes: [UInt8], of group: GroupID, slot: GroupSlot,
        in store: any SnapshotStore
    ) throws -> UInt64 {
        var content = bytes[...]
        if chunk.offset == 0 {
            discard(slot)
            guard let preamble = SnapshotPreamble(content) else {
                throw LogDeviceError(.corrupt, "the first piece of a snapshot is too short")
            }
            content = content.dropFirst(SnapshotPreamble.byteCount)
            let metadata = SnapshotMetadata(
                group: group, position: chunk.position, time: preamble.time,
                configuration: chunk.configuration.encoded(),
                machineVersion: preamble.machineVersion)
            transfers.append(
                Transfer(
                    slot: slot, position: chunk.position, writer: try store.begin(metadata),
                    end: 0))
        }
        guard let place = place(of: chunk.position, slot), transfers[place].end == chunk.offset
        else { throw LogDeviceError(.invalid, "a piece of a snapshot is missing") }
        try content.withUnsafeBytes { try transfers[place].writer.write($0) }
        transfers[place].end = chunk.end
        return chunk.end
    }

    /// Publishes a snapshot whose pieces are all stored.
    mutating func publish(_ position: LogPosition, slot: GroupSlot) throws {
        guard let place = place(of: position, slot) else {
            throw LogDeviceError(.invalid, "the snapshot was given up")
        }
        try transfers.remove(at: place).writer.publish()
    }

    /// Gives up what a group was receiving.
    mutating func discard(_ slot: GroupSlot) {
        for transfer in transfers where transfer.slot == slot { transfer.writer.abandon() }
        transfers.removeAll { $0.slot == slot }
    }

    mutating func discardAll() {
        for transfer in transfers { transfer.writer.abandon() }
        transfers = []
    }

    private func place(of position: LogPosition, _ slot: GroupSlot) -> Int? {
        transfers.firstIndex { $0.slot == slot && $0.position == position }
    }
}
