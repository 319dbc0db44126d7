import RaftCore

/// What comes before the state when a snapshot is sent to another member.
///
/// 16 bytes, little-endian: the time of the last entry in milliseconds, the machine version, zero. All
/// else of ``SnapshotMetadata`` is in the messages.
struct SnapshotPreamble {
    static let byteCount = 16

    let time: UInt64
    let machineVersion: UInt32

    init(_ metadata: SnapshotMetadata) {
        time = metadata.time
        machineVersion = metadata.machineVersion
    }

    /// Reads the first bytes; nil if there are too few.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.byteCount else { return nil }
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        time = number(bytes.prefix(8))
        machineVersion = UInt32(number(bytes.dropFirst(8).prefix(4)))
    }

    var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: time >> ($0 * 8)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: machineVersion >> ($0 * 8)) }
            + [0, 0, 0, 0]
    }
}
