import KhepriTree
import RaftRuntime
package import RaftStorage

/// The state of a store as a file holds it: a backup, or a snapshot of a data directory.
package struct StoredState: Sendable {
    /// The name of the store; a snapshot does not know it.
    package let store: String?
    /// Everything in it.
    package let view: TreeView

    /// Reads a whole file, and checks everything in it.
    ///
    /// - Throws: ``StoreError`` `.corrupt`, `.newerFormat`, `.cannotOpen`.
    package init(reading path: String, on disk: any Disk = PosixDisk()) throws {
        let state: TreeMachine
        if let snapshot = try? SnapshotFileReader(opening: path, on: disk) {
            store = nil
            do {
                state = try TreeMachine(reading: snapshot.next)
            } catch {
                throw StoreError(reading: path, error)
            }
        } else {
            let backup: StoreBackup
            (backup, state) = try BackupFile.load(path, on: disk)
            store = backup.store
        }
        view = TreeView(
            tree: state.tree, revision: state.revision,
            TreeReclamation(clock: SystemClock(), attendedBy: nil))
    }
}

extension TreeMachine {
    /// Reads a state that comes in pieces.
    init(reading next: () throws -> [UInt8]?) throws {
        var loader = StateLoader()
        while let bytes = try next() { try loader.consume(bytes) }
        self = try loader.finish()
    }
}
