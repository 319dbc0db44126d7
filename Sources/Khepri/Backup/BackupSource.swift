import KhepriTree
import RaftStorage

/// A backup on its way: the bytes of its file, made while writes go on.
///
/// Sendable: it is read by one thread at a time, once.
package final class BackupSource: @unchecked Sendable {
    /// About the bytes of a state that are in memory at once.
    private static let pieceBytes = 64 << 10

    /// What the backup is of.
    package let backup: StoreBackup
    private let state: StateSnapshot
    /// Gives the nodes that only the backup holds to whoever releases trees.
    private let view: TreeView
    private var chunks: ChunkEncoder
    private var part: Part

    private enum Part {
        case head(salt: UInt64)
        case state, end
    }

    init(_ state: StateSnapshot, _ view: TreeView, store: String, salt: UInt64) {
        precondition(view.revision == state.revision, "state and view are of one revision")
        self.state = state
        self.view = view
        backup = StoreBackup(of: state, store: store)
        chunks = ChunkEncoder(salt: salt)
        part = .head(salt: salt)
    }

    /// The next bytes, nil at the end.
    package func next() throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.isEmpty {
            switch part {
            case .head(let salt):
                bytes = BackupHeader(backup, salt: salt).encoded()
                part = .state
            case .state:
                if let block = try state.next(byteLimit: Self.pieceBytes) {
                    try block.withUnsafeBytes { try chunks.add($0) { bytes += $0 } }
                } else {
                    try chunks.end { bytes += $0 }
                    part = .end
                }
            case .end: return nil
            }
        }
        return bytes
    }
}
