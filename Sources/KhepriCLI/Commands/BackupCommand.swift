import ArgumentParser
import Khepri
import KhepriCluster
import RaftRuntime
import RaftStorage
import RaftTransport

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write a whole store to one file, from one revision, while writes go on.",
        discussion: """
            The file has everything: values, versions, revisions and keep-while conditions, with \
            checksums over all of it. Any member of a cluster makes it. It has its name only when it \
            was read back and is durable.

            EXAMPLES
              khepri backup -d shop shop.backup
              khepri backup --endpoint http://127.0.0.1:8080 --store yard yard.backup
              khepri backup -d shop - | gzip > shop.backup.gz
            """)

    @OptionGroup var store: StoreOptions

    @Argument(help: "A new file, or - for the standard output.")
    var file: String

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.end() }
        var byteCount = 0
        func show(_ bytes: UnsafeRawBufferPointer) {
            byteCount += bytes.count
            progress.show("\(byteCount >> 20) MiB backed up")
        }
        guard file != "-" else {
            return try await store.withPlace { place in
                try await place.backUp { bytes in
                    try StandardOutput.write(bytes)
                    show(bytes)
                }
            }
        }
        let output = try BackupFile(creating: file)
        let backup = try await store.withPlace { place in
            try await place.backUp { bytes in
                try output.write(bytes)
                show(bytes)
            }
            return try output.finish()
        }
        try StandardOutput.line("\(backup.summary) backed up to \(file)")
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data directory out of backups.",
        discussion: """
            Everything is read and checked before the directory is made; one with data is refused. The \
            store begins another history: its revisions go on far above those of the backup. To \
            restore a cluster, restore its first member and let the others join with empty directories.

            EXAMPLES
              khepri restore shop.backup --data-dir shop
              khepri restore shop.backup yard.backup --data-dir both
              khepri restore shop.backup --data-dir shop --store yesterday
              khepri restore shop.backup --data-dir n1 --name n1 --certs-dir certificates
            """)

    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "A new or empty directory.")
    var dataDirectory: String

    @Option(help: "What the store shall be called; the name that it had, if nothing is said.")
    var store: String?

    @Option(help: "The member that the directory is for, of the cluster of its certificate.")
    var name: String?

    @OptionGroup var certificates: CertificateOptions

    @Argument(help: "What `khepri backup` wrote, a file for each store.")
    var files: [String]

    func validate() throws {
        guard store == nil || files.count == 1 else {
            throw ValidationError("--store is for one file only: the others keep their names")
        }
        let named = name ?? CertificateDirectory.clientName
        guard (name == nil) == (certificates.files(of: named) == nil) else {
            throw ValidationError("expected --name and its certificate together")
        }
    }

    func run() async throws {
        for file in files { try FileHead.expectState(in: file, orDirectory: "") }
        let selections = files.map { BackupSelection(file: $0, name: store) }
        let restored = try await StoreHost.restore(
            selections, to: dataDirectory, for: owner(), environment: HostEnvironment())
        for (file, backup) in zip(files, restored) {
            try StandardOutput.line("\(backup.summary) restored from \(file)")
        }
    }

    /// Whom the certificate names; nil for a directory that needs none.
    private func owner() throws -> HostDirectory.Owner? {
        guard let name, let files = certificates.files(of: name) else { return nil }
        let time = Int(SystemClock().milliseconds() / 1_000)
        let settings = try CertificateFiles(reading: files).settings(of: files, at: time)
        var cluster = ClusterConfiguration(name: name, listen: "")
        cluster.certificates = .init(
            certificate: files.certificate, privateKey: files.privateKey, roots: files.roots)
        return HostDirectory.Owner(
            cluster: try cluster.identity(owning: nil, certified: settings.names),
            node: MemberDetails.node(named: name))
    }
}

extension StoreBackup {
    /// What the backup is of, for people.
    fileprivate var summary: String {
        "\(Counted(nodeCount, "node")) of \(store) at revision \(revision.rawValue)"
    }
}
