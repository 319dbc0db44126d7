import KhepriTree
import RaftCore
import RaftRuntime
package import RaftStorage

/// A backup that is to be restored.
package struct BackupSelection: Sendable {
    /// Where it is.
    package var file: String
    /// What the store shall be called; nil for the name that it had.
    package var name: String?

    package init(file: String, name: String? = nil) {
        self.file = file
        self.name = name
    }
}

extension StoreHost {
    /// No revision that a store can have reached; above it none would be left for another history.
    private static let revisionMaximum: UInt64 = 1 << 62

    /// Makes a data directory that holds the stores of several backups, each under its own name.
    ///
    /// Everything is read and checked before the directory is made. It opens only when all stores are
    /// in it and durable; an interrupted restore is carried out again.
    /// - Parameters:
    ///   - backups: Files that backups were written to.
    ///   - directory: A new or empty directory; one with data is refused.
    /// - Returns: What was restored, in the order of the files.
    /// - Throws: ``StoreError``, as ``TreeStore/restore(from:to:as:)``, and `.invalidOperation` for
    ///   two stores of one name.
    @discardableResult
    public static func restore(
        from backups: [String], to directory: String
    ) async throws -> [StoreBackup] {
        try await restore(
            backups.map { BackupSelection(file: $0) }, to: directory,
            environment: HostEnvironment())
    }

    /// The same in an environment of the caller's.
    ///
    /// - Parameter owner: The cluster and member that the directory is for; nil for a cluster of its own.
    package static func restore(
        _ selections: [BackupSelection], to directory: String,
        for owner: HostDirectory.Owner? = nil,
        environment: HostEnvironment
    ) async throws -> [StoreBackup] {
        try await environment.runBlocking {
            let disk = environment.disk
            var names: Set<String> = []
            var stores: [(name: String, backup: StoreBackup, state: TreeMachine)] = []
            for selection in selections {
                let (backup, state) = try BackupFile.load(selection.file, on: disk)
                let name = selection.name ?? backup.store
                try StoreName.validate(name)
                guard names.insert(name).inserted else {
                    throw StoreError(
                        .invalidOperation,
                        "expected backups of different stores, found two of \(name)")
                }
                guard state.revision.rawValue < revisionMaximum else {
                    throw StoreError(
                        .corrupt, "\(selection.file): no store has reached such a revision")
                }
                stores.append((name, backup, state))
            }
            try make(directory, for: owner, stores.map { ($0.name, $0.state) }, environment)
            return stores.map(\.backup)
        }
    }

    private static func make(
        _ directory: String, for owner: HostDirectory.Owner?,
        _ stores: [(name: String, state: TreeMachine)], _ environment: HostEnvironment
    ) throws {
        let entropy = environment.entropy
        var options = LogOptions(randomBits: { entropy.next() })
        var hostOptions = StoreConfiguration().hostOptions
        environment.adjust(&options, &hostOptions)
        if let owner {
            options.cluster = owner.cluster
            options.node = owner.node
        }
        do {
            try HostDirectory.make(directory, disk: environment.disk, options: options) { member in
                stores.map { store in
                    renewal(
                        store.state, named: store.name, of: member,
                        as: GroupID(high: entropy.next(), low: entropy.next()))
                }
            }
        } catch let error as LogDeviceError {
            throw StoreError(opening: directory, error)
        }
    }

    /// How a restored store begins, with one member.
    private static func renewal(
        _ state: TreeMachine, named name: String, of member: MemberID, as group: GroupID
    ) -> HostDirectory.Renewal {
        var state = state
        let index = state.revision.rawValue + historyDistance
        state.begin(SessionID(group), after: Revision(index))
        // Other stores of the former cluster are not in the backup.
        state.catalogue = StoreCatalogue()
        let metadata = SnapshotMetadata(
            group: group, position: LogPosition(index: LogIndex(index), term: Term(1)),
            time: state.time, configuration: Configuration(voters: [member]).encoded(),
            machineVersion: TreeMachine.version)
        return HostDirectory.Renewal(
            former: nil, name: name, metadata: metadata, state: StateSource(state.makeSnapshot()))
    }
}
