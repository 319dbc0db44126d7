public import Khepri
import RaftTransport

/// How a host takes part in a cluster.
///
/// ```swift
/// let first = try await StoreHost.open(
///     at: "one", cluster: ClusterConfiguration(name: "one", listen: "127.0.0.1:7401"))
/// ```
public struct ClusterConfiguration: Sendable {
    /// What people call the host; 1 to 64 ASCII letters, digits, `-`, `_` and `.`, and never another.
    public var name: String
    /// `HOST:PORT` where the host listens for other members; port 0 lets the system choose one.
    public var listen: String
    /// `HOST:PORT` where others reach it, if that is another address.
    public var advertised: String?
    /// Where clients reach it, if it serves any; for people and for redirections.
    public var endpoint: String?
    /// What a member of the cluster gave, for a host that is to be added; nil founds a cluster.
    ///
    /// Ignored by a host whose directory belongs to a cluster already.
    public var invitation: Cluster.Invitation?
    /// Whether a host founds a cluster of its own if it belongs to none and has no invitation.
    public var foundsCluster = true
    /// Whether a damaged directory is repaired by the other members; it takes an ``invitation``.
    ///
    /// Its files are moved into a directory `quarantine-1` beside them, and the host waits to be added
    /// as one that has lost its disk, in the place of the member that it was.
    public var repairsDamage = false
    /// The certificates with which members know each other; without them nothing leaves the machine.
    public var certificates: Certificates?
    /// Whether members may speak without encryption over a network that others can read.
    public var allowsPlaintext = false

    /// Files in PEM form.
    public struct Certificates: Sendable {
        /// The certificate of this host, with the URI `khepri://CLUSTER/NODE` among its names.
        public var certificate: String
        /// Its private key.
        public var privateKey: String
        /// Who signs the certificates of members.
        public var roots: String

        /// Names the files.
        public init(certificate: String, privateKey: String, roots: String) {
            self.certificate = certificate
            self.privateKey = privateKey
            self.roots = roots
        }

        /// The same for the transport.
        var paths: CertificatePaths {
            CertificatePaths(certificate: certificate, privateKey: privateKey, roots: roots)
        }
    }

    /// Describes a host.
    public init(
        name: String, listen: String, endpoint: String? = nil,
        invitation: Cluster.Invitation? = nil
    ) {
        self.name = name
        self.listen = listen
        self.endpoint = endpoint
        self.invitation = invitation
    }
}
