import RaftCore
import RaftRuntime
import RaftStorage

extension Cluster {
    /// What a host must know to be added to a cluster; any member gives it.
    ///
    /// It holds no secret, and may be sent as text.
    public struct Invitation: Sendable, Hashable, Codable {
        /// The identifier of the cluster, 32 hexadecimal digits.
        public let cluster: String
        /// The identifier of each store by its name, 32 hexadecimal digits.
        public let stores: [String: String]

        /// Joins the parts, as a member gave them.
        public init(cluster: String, stores: [String: String]) {
            self.cluster = cluster
            self.stores = stores
        }

        /// The identifiers; throws if one of them is none.
        func parsed() throws -> (cluster: Identifier128, stores: [String: GroupID]) {
            func identifier(_ digits: String) throws -> Identifier128 {
                guard let identifier = Identifier128(hexadecimal: digits) else {
                    throw StoreError(
                        .invalidOperation,
                        "expected an identifier of 32 hexadecimal digits in the invitation")
                }
                return identifier
            }
            return (try identifier(cluster), try stores.mapValues(identifier))
        }
    }

    /// A host that waits to be added, as it describes itself.
    public struct JoinRequest: Sendable, Hashable, Codable {
        /// Its identifier; see ``MemberIdentifier``.
        public let id: String
        /// Its name.
        public let name: String
        /// `HOST:PORT` where members reach it.
        public let peerAddress: String
        /// Where clients reach it, if it serves any.
        public let endpoint: String?
        /// The identifier of the member that the host was, whose damaged files were put aside.
        public let replaces: String?

        /// Joins the parts, as the host gave them.
        public init(
            id: String, name: String, peerAddress: String, endpoint: String? = nil,
            replaces: String? = nil
        ) {
            self.id = id
            self.replaces = replaces
            self.name = name
            self.peerAddress = peerAddress
            self.endpoint = endpoint
        }
    }

    /// Adds a host that waits to join; of one that is a member already, notes where it is now.
    ///
    /// It gets everything first, and becomes a voter once it keeps up. A host whose damaged files were
    /// put aside takes the place of the member that it was.
    /// - Parameters:
    ///   - request: The host, as it describes itself.
    ///   - promotes: Whether it is to become a voter; a learner serves reads and votes for nobody.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.notLeader`, `.invalidOperation` for a name that is taken, a request
    ///   that is none or one member too many, `.timeout`, `.noQuorum`.
    public func add(
        _ request: JoinRequest, promotes: Bool = true, timeout: Duration? = nil
    ) async throws {
        guard let id = MemberIdentifier(request.id) else {
            throw StoreError(
                .invalidOperation, "expected the identifier of a member, found \(request.id)")
        }
        if let former = request.replaces.flatMap({ MemberIdentifier($0) }) {
            try await replace(former.member, by: id.member, timeout: timeout)
        }
        let details = MemberDetails(
            name: request.name, peerAddress: request.peerAddress, endpoint: request.endpoint)
        try await add(id.member, details, promotes: promotes, timeout: timeout)
    }
}

extension Cluster {
    /// What a host must know to be added.
    public var invitation: Invitation {
        Invitation(
            cluster: host.clusterID.hexadecimal,
            stores: [keeper.name: keeper.group.id.hexadecimal])
    }

    /// Whether this member is known under the addresses that it has now, or has no peers.
    public var isKnownAsItIs: Bool {
        let names = MemberNames(keeper.group.status.configuration)
        return host.details == nil || names.details(of: host.member) == host.details
    }

    /// How this host asks to be added; nil for one that has no peers.
    public var joinRequest: JoinRequest? {
        guard let details = host.details else { return nil }
        return JoinRequest(
            id: MemberIdentifier(host.member).description, name: details.name,
            peerAddress: details.peerAddress, endpoint: details.endpoint,
            replaces: host.directory?.former.map { MemberIdentifier($0).description })
    }
}

extension Identifier128 {
    /// 32 hexadecimal digits.
    package var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    package init?(hexadecimal digits: String) {
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
