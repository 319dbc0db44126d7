import RaftRuntime
import RaftStorage

extension TreeStore {
    /// Writes everything in the store to a new file, from one revision, while writes go on.
    ///
    /// Any member of a cluster can make it, and needs no other for it. The file holds values,
    /// versions, revisions and keep-while sets, with checksums over all of it; it has its name only
    /// when it was read back and is durable.
    /// - Parameters:
    ///   - file: Its name; a file that is there is never written over.
    ///   - consistency: How fresh the backup must be at least.
    ///   - timeout: How long to wait for that, the store's default if nil.
    /// - Returns: What the file is a backup of.
    /// - Throws: ``StoreError`` `.alreadyExists`, `.cannotOpen`, `.storageFull`, `.storageFailed`,
    ///   `.closed`, `.timeout`.
    /// - Complexity: O(nodes) in time; about 1 MiB of memory, and what is changed meanwhile is held
    ///   twice.
    @discardableResult
    public func backup(
        to file: String, consistency: ReadConsistency = .local, timeout: Duration? = nil
    ) async throws -> StoreBackup {
        try await engine.catchUp(to: consistency, timeout: timeout)
        let source = try await backupSource()
        let disk = host.environment.disk
        return try await host.environment.runBlocking {
            let output = try BackupFile(creating: file, on: disk)
            while let bytes = try source.next() {
                try bytes.withUnsafeBytes { try output.write($0) }
            }
            return try output.finish()
        }
    }

    /// Takes hold of the state as it is, in O(1), to be read as the bytes of a backup.
    package func backupSource() async throws -> BackupSource {
        switch await engine.group.visit({ $0.captureForBackup() }) {
        case .success((let state, let view)):
            return BackupSource(
                state, view, store: name, salt: host.environment.entropy.next())
        case .failure(let failure):
            throw StoreError(failure, mayHaveBeenApplied: false)
        }
    }

    /// Makes a data directory that holds the store of a backup.
    ///
    /// The store begins another history: its revisions go on more than 2^32 above those of the backup,
    /// so that entity tags and resume points of the former one match nothing. Nodes keep the
    /// versions and revisions that they had.
    /// - Parameters:
    ///   - backup: A file that ``backup(to:consistency:timeout:)`` or `khepri backup` made.
    ///   - directory: A new or empty directory; one with data is refused.
    ///   - name: What the store is called; nil for the name that it had.
    /// - Returns: What was restored.
    /// - Throws: ``StoreError`` `.corrupt`, `.newerFormat` or `.cannotOpen` for what is no whole
    ///   backup, and then no directory is made; `.alreadyExists`, `.storageFull`, `.storageFailed`.
    @discardableResult
    public static func restore(
        from backup: String, to directory: String, as name: String? = nil
    ) async throws -> StoreBackup {
        let restored = try await StoreHost.restore(
            [BackupSelection(file: backup, name: name)], to: directory,
            environment: HostEnvironment())
        return restored[0]
    }
}
