package import RaftRuntime

/// Reads one snapshot, every chunk verified before it is handed out.
package final class SnapshotFileReader: SnapshotReader {
    package let metadata: SnapshotMetadata
    let header: SnapshotHeader
    private let file: ChunkedFileReader

    package var byteCount: UInt64 { file.byteCount }

    /// Opens a file and reads its head.
    package init(opening path: String, on disk: any Disk) throws {
        file = try ChunkedFileReader(opening: path, as: .snapshot, on: disk)
        do {
            header = try file.map.withUnsafeBytes { try SnapshotHeader(decoding: $0) }
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
        metadata = header.metadata
        file.salt = header.salt
    }

    /// Reads and checks everything, then begins again.
    func verify() throws { try file.verify() }

    package func next() throws -> [UInt8]? { try file.next() }
}
