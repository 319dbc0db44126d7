import RaftCore

/// Reads the snapshots that are sent to other members, piece by piece.
///
/// The reader of each member stays open between its pieces, so that a snapshot is read once.
struct OutgoingSnapshots {
    /// The bytes of one piece.
    struct Piece {
        let bytes: [UInt8]
        let isLast: Bool
    }

    /// About the bytes of a piece: little enough that other messages are not held up for long.
    static let pieceBytes = 256 << 10
    /// The readers that are kept open.
    static let openMaximum = 8

    private struct Transfer {
        let route: Outbox.Route
        let position: LogPosition
        let reader: any SnapshotReader
        /// Where the next piece begins.
        var offset: UInt64 = 0
        /// What was read and not handed out.
        var rest: [UInt8]
        var isAtEnd = false
        /// The piece before, which may have been lost.
        var last: (offset: UInt64, piece: Piece)?

        mutating func readNext() throws -> Piece {
            while !isAtEnd, rest.count <= OutgoingSnapshots.pieceBytes {
                guard let more = try reader.next() else {
                    isAtEnd = true
                    break
                }
                rest += more
            }
            let count = min(rest.count, OutgoingSnapshots.pieceBytes)
            let piece = Piece(
                bytes: Array(rest.prefix(count)), isLast: isAtEnd && count == rest.count)
            rest.removeFirst(count)
            last = (offset, piece)
            offset += UInt64(count)
            return piece
        }
    }

    /// The least recently used first.
    private var transfers: [Transfer] = []

    /// Reads a piece; nil if the snapshot is not there or has no such piece.
    mutating func piece(
        of position: LogPosition, at offset: UInt64, for route: Outbox.Route, group: GroupID,
        from store: any SnapshotStore
    ) throws -> Piece? {
        let place = transfers.firstIndex { $0.route == route }
        var transfer = place.map { transfers.remove(at: $0) }
        if transfer?.position != position { transfer = nil }
        if let last = transfer?.last, last.offset == offset, let transfer {
            transfers.append(transfer)
            return last.piece
        }
        if transfer.map({ $0.offset > offset }) ?? true {
            guard let reader = try store.open(position, of: group) else { return nil }
            transfer = Transfer(
                route: route, position: position, reader: reader,
                rest: SnapshotPreamble(reader.metadata).bytes)
        }
        guard var transfer else { return nil }
        while transfer.offset < offset {
            if try transfer.readNext().isLast { return nil }
        }
        guard transfer.offset == offset else { return nil }
        let piece = try transfer.readNext()
        if !piece.isLast { keep(transfer) }
        return piece
    }

    private mutating func keep(_ transfer: Transfer) {
        transfers.append(transfer)
        if transfers.count > Self.openMaximum { transfers.removeFirst() }
    }
}
