import RaftCore

/// What a host says of itself in the first frame of a connection, in both directions.
struct Hello: Hashable, Sendable {
    var cluster: Identifier128
    /// Who speaks.
    var sender: MemberID
    /// Whom it takes the other side for.
    var receiver: MemberID
    var lane: Lane
    /// Where the speaker listens.
    var address: PeerAddress?
    /// What the speaker is, for people.
    var role: String
}

/// What a connection is for.
enum Lane: UInt64, Sendable, CaseIterable {
    /// Everything whose order is kept.
    case ordered
    /// Pieces of snapshots, on a connection of their own: a heartbeat never waits behind one.
    case bulk
}

/// Why a host does not talk to another one.
enum PeerRefusal: UInt64, Error, Hashable, Sendable, CaseIterable {
    case malformed
    case newerVersion
    case wrongCluster
    /// The speaker takes the host for another member, or for an earlier incarnation of it.
    case wrongReceiver
    /// Another member answers than the one that was dialled.
    case wrongSender
    /// The certificate is not that of the member.
    case wrongCertificate
}

/// The first frame of a connection in each direction.
enum Greeting: Hashable, Sendable {
    case hello(Hello)
    case refusal(PeerRefusal)
}

/// Who a host is, and whom it talks to.
struct Doorkeeper: Sendable {
    let cluster: Identifier128
    let member: MemberID

    /// Why the other side is not to be talked to, or nil.
    ///
    /// - Parameters:
    ///   - expected: Who was dialled; nil for whoever comes.
    ///   - names: The URIs in the other side's certificate; nil without TLS.
    func refusal(of hello: Hello, expecting expected: MemberID?, names: [String]?) -> PeerRefusal? {
        guard hello.cluster == cluster else { return .wrongCluster }
        guard hello.receiver == member else { return .wrongReceiver }
        guard hello.sender != member, expected ?? hello.sender == hello.sender else {
            return .wrongSender
        }
        guard names?.contains(certificateName(of: hello.sender)) ?? true else {
            return .wrongCertificate
        }
        return nil
    }

    /// The URI that a certificate of a member must have among its subject alternative names.
    ///
    /// It names the node and no incarnation: a certificate outlives a lost disk.
    func certificateName(of member: MemberID) -> String {
        "khepri://\(cluster)/\(member.node)"
    }
}
