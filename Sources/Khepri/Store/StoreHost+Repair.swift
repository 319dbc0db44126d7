import Logging
import RaftRuntime
import RaftStorage

extension StoreHost {
    /// Puts the files of a damaged directory aside, if the host is to be repaired by other members.
    ///
    /// A host without others, or one that nobody invites, is never emptied: nobody could fill it again.
    static func putDamageAside(
        _ directory: String, _ configuration: StoreConfiguration, _ options: LogOptions,
        _ environment: HostEnvironment
    ) async throws {
        guard let cluster = environment.cluster, cluster.repairsDamage, cluster.joining != nil
        else { return }
        let quarantine = try await environment.runBlocking {
            try HostDirectory.quarantine(directory, disk: environment.disk, options: options)
        }
        guard let quarantine else { return }
        for finding in quarantine.findings {
            configuration.logger.warning(
                "damaged files were put aside; the other members repair this one",
                metadata: [
                    "file": "\(finding.path)", "finding": "\(finding.message)",
                    "directory": "\(quarantine.directory)",
                ])
        }
    }
}
