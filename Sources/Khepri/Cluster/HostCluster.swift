package import RaftCore
package import RaftRuntime
package import RaftStorage

/// What makes a host one of several.
package struct HostCluster: Sendable {
    /// What people call the host.
    package var name: String
    /// The cluster that the host shall join, and its stores; nil for one that founds a cluster, or that
    /// has joined one before.
    package var joining: Cluster.Invitation?
    /// Whether a host that was never told of a cluster founds one; if not, it must be told.
    package var mayFound = true
    /// Whether damaged files are put aside, so that the others repair the host.
    package var repairsDamage = false
    /// Says which cluster a directory must belong to, given whom it belongs to if it was made before; nil
    /// if nothing certifies who the host is.
    package var identify: (@Sendable (HostDirectory.Owner?) throws -> Identifier128)?
    /// Makes the way to the other hosts, once the directory is open, and says where it leads to.
    package var connect: @Sendable (HostIdentity, MemberID) async throws -> Connection
    /// Told whenever the addresses of the members change.
    package var membersChanged: @Sendable ([MemberID: MemberDetails]) -> Void
    /// Ends what ``connect`` began, when the host has stopped.
    package var disconnect: @Sendable () async throws -> Void

    /// The way to the others, and where they find this host.
    package struct Connection: Sendable {
        package var transport: any PeerTransport
        package var details: MemberDetails

        package init(transport: any PeerTransport, details: MemberDetails) {
            self.transport = transport
            self.details = details
        }
    }

    package init(
        name: String, joining: Cluster.Invitation? = nil,
        connect: @escaping @Sendable (HostIdentity, MemberID) async throws -> Connection,
        membersChanged: @escaping @Sendable ([MemberID: MemberDetails]) -> Void,
        disconnect: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.joining = joining
        self.connect = connect
        self.membersChanged = membersChanged
        self.disconnect = disconnect
    }
}

extension HostCluster {
    /// The cluster that a directory must belong to; nil for any that it belongs to, or a new one.
    func identity(
        of directory: String, _ environment: HostEnvironment
    ) async throws -> Identifier128? {
        let invited = try joining?.parsed().cluster
        guard let identify else { return invited }
        let certified = try await environment.runBlocking {
            try identify(HostDirectory.owner(of: directory, disk: environment.disk))
        }
        guard invited ?? certified == certified else {
            throw StoreError(
                .cannotOpen,
                "the certificate is for cluster \(certified.hexadecimal), the one to join is "
                    + "\(invited?.hexadecimal ?? "another")")
        }
        return certified
    }
}
