import RaftRuntime

/// Writes one snapshot under a temporary name.
package final class SnapshotFileWriter: SnapshotWriter {
    private let path: String
    private let file: UnpublishedFile
    private var chunks: ChunkEncoder

    /// Begins a file with its head.
    ///
    /// - Parameter makeRoom: Frees space on a full disk; false if there is nothing to free.
    init(
        _ header: SnapshotHeader, in directory: String, on disk: any Disk,
        makeRoom: @escaping () throws -> Bool
    ) throws {
        let metadata = header.metadata
        let name = SnapshotFileName(group: metadata.group, position: metadata.position)
        path = directory + "/" + name.text
        file = try UnpublishedFile(
            temporary: directory + "/" + name.temporaryText(salt: header.salt), on: disk,
            makeRoom: makeRoom)
        chunks = ChunkEncoder(salt: header.salt)
        try header.encoded().withUnsafeBytes { try file.write($0) }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try chunks.add(bytes) { try file.write($0) }
    }

    package func publish() throws {
        try chunks.end { try file.write($0) }
        try file.publish(as: path)
    }

    package func abandon() {
        file.abandon()
    }
}
