import KhepriTree
import RaftRuntime
package import RaftStorage

/// A backup file that is written: it has its name only when it is whole, checked and durable.
package final class BackupFile {
    private let path: String
    private let temporary: String
    private let disk: any Disk
    private let file: UnpublishedFile

    /// Begins a file, which is called `NAME.unfinished` for the time being.
    ///
    /// - Throws: ``StoreError`` `.alreadyExists`, `.cannotOpen`, `.storageFull`, `.storageFailed`.
    package init(creating path: String, on disk: any Disk = PosixDisk()) throws {
        self.path = path
        self.disk = disk
        temporary = path + ".unfinished"
        do {
            guard try disk.kind(of: path) == .missing else {
                throw LogDeviceError(.occupied, "expected a new file, found one that is there")
            }
            file = try UnpublishedFile(temporary: temporary, on: disk)
        } catch {
            throw StoreError(reading: path, error)
        }
    }

    /// Adds the next bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            try file.write(bytes)
        } catch {
            throw StoreError(reading: path, error)
        }
    }

    /// Reads back what was written, and gives the file its name.
    ///
    /// - Returns: What the backup is of.
    /// - Throws: ``StoreError`` `.corrupt` if the bytes are no whole backup; no file is left then.
    package func finish() throws -> StoreBackup {
        do {
            let (header, chunks) = try Self.open(temporary, on: disk)
            try chunks.verify()
            try file.publish(as: path)
            return header.backup
        } catch {
            file.abandon()
            throw StoreError(reading: path, error)
        }
    }

    /// Opens a file, and reads its head only.
    static func open(
        _ path: String, on disk: any Disk
    ) throws -> (BackupHeader, ChunkedFileReader) {
        let file = try ChunkedFileReader(opening: path, as: BackupHeader.head, on: disk)
        let header = try file.map.withUnsafeBytes { try BackupHeader(decoding: $0) }
        file.salt = header.salt
        return (header, file)
    }

    /// Reads a whole backup, and checks everything in it.
    ///
    /// - Throws: ``StoreError`` `.corrupt`, `.newerFormat`, `.cannotOpen`.
    package static func load(
        _ path: String, on disk: any Disk = PosixDisk()
    ) throws -> (backup: StoreBackup, state: TreeMachine) {
        do {
            let (header, chunks) = try open(path, on: disk)
            let state = try TreeMachine(reading: chunks.next)
            guard StoreBackup(of: state.makeSnapshot(), store: header.backup.store) == header.backup
            else {
                throw LogDeviceError(
                    .corrupt, "the state is not the one that the header describes")
            }
            return (header.backup, state)
        } catch {
            throw StoreError(reading: path, error)
        }
    }
}

extension StoreError {
    /// The error for a file of a state that cannot be read or written.
    init(reading path: String, _ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as LogDeviceError:
            let isForOther = error.path.map { $0 != path && $0.hasPrefix(path) } ?? false
            var error = error
            // The name that the file has until it is whole tells nobody anything.
            if isForOther { error.path = path }
            self.init(opening: path, error)
        default:
            let isNewer = (error as? StateError)?.isOfNewerVersion ?? false
            self.init(isNewer ? .newerFormat : .corrupt, "\(path): \(error)", cause: error)
        }
    }
}
