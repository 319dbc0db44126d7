package import RaftCore

/// How a certificate names the member that it belongs to: the URI `khepri://CLUSTER/NODE` among its
/// subject alternative names.
///
/// It names the node and no incarnation: a certificate outlives a lost disk.
package struct CertificateName: Hashable, Sendable, CustomStringConvertible {
    /// What every such URI begins with.
    package static let scheme = "khepri://"

    package let cluster: Identifier128
    /// The number of the member.
    package let node: UInt64

    package init(cluster: Identifier128, node: UInt64) {
        self.cluster = cluster
        self.node = node
    }

    /// Reads what ``description`` gives; nil for anything else.
    package init?(_ uri: String) {
        guard uri.hasPrefix(Self.scheme) else { return nil }
        let parts = uri.dropFirst(Self.scheme.count)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let cluster = Identifier128(String(parts[0])),
            let node = UInt64(parts[1])
        else { return nil }
        self.init(cluster: cluster, node: node)
        guard description == uri else { return nil }
    }

    /// The cluster as the text of a UUID in small letters, and the number.
    package var description: String { "\(Self.scheme)\(cluster)/\(node)" }
}
