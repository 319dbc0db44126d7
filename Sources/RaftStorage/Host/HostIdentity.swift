package import RaftCore

/// Who a data directory belongs to.
package struct HostIdentity: Sendable, Hashable {
    /// The cluster, the same on all its hosts.
    package let cluster: Identifier128
    /// This directory; a wiped and remade directory has another one, as it forgot its votes.
    package let incarnation: Identifier128

    package init(cluster: Identifier128, incarnation: Identifier128) {
        self.cluster = cluster
        self.incarnation = incarnation
    }
}
