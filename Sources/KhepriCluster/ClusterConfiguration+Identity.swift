import Khepri
package import RaftCore
import RaftRuntime
package import RaftStorage
package import RaftTransport

extension ClusterConfiguration {
    /// The cluster that a host belongs to by its certificate.
    ///
    /// - Parameters:
    ///   - owner: Whom its directory belongs to already, if it does.
    ///   - names: What the certificate names.
    /// - Throws: `StoreError` `.cannotOpen` for the certificate of another host or cluster.
    package func identity(
        owning owner: HostDirectory.Owner?, certified names: [CertificateName]
    ) throws -> Identifier128 {
        let file = certificates?.certificate ?? ""
        let found = names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")
        if let owner {
            let expected = CertificateName(cluster: owner.cluster, node: owner.node)
            guard names.contains(expected) else {
                throw StoreError(
                    .cannotOpen,
                    "\(file): expected the certificate of the member that the data directory "
                        + "belongs to, \(expected), found that of \(found)")
            }
            return owner.cluster
        }
        let node = MemberDetails.node(named: name)
        let clusters = Set(names.filter { $0.node == node }.map(\.cluster))
        guard let cluster = clusters.first, clusters.count == 1 else {
            throw StoreError(
                .cannotOpen,
                "\(file): expected the certificate of \(name), \(CertificateName.scheme)CLUSTER/"
                    + "\(node), found that of \(found)")
        }
        return cluster
    }
}
