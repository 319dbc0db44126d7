import RaftCore
import RaftRuntime

/// What the members of a configuration are called.
struct MemberNames {
    private let configuration: Configuration
    private let details: [MemberID: MemberDetails]

    init(_ configuration: Configuration) {
        self.configuration = configuration
        details = configuration.memberDetails
    }

    func details(of member: MemberID) -> MemberDetails? { details[member] }

    func name(of member: MemberID) -> String {
        details[member]?.name ?? "member \(member.node)"
    }

    /// The member with a name or an identifier; nil if there is none.
    func member(_ name: String) -> MemberID? {
        configuration.allMembers.first {
            self.name(of: $0) == name || Cluster.MemberIdentifier($0).description == name
        }
    }

    func members(leader: MemberID?, local: MemberID) -> [Cluster.Member] {
        configuration.allMembers.map { member in
            Cluster.Member(
                id: Cluster.MemberIdentifier(member), name: name(of: member),
                peerAddress: details[member]?.peerAddress, endpoint: details[member]?.endpoint,
                role: configuration.role(of: member),
                priority: configuration.priority(of: member), isLeader: member == leader,
                isLocal: member == local)
        }.sorted { $0.name < $1.name }
    }
}

extension Configuration {
    fileprivate func role(of member: MemberID) -> Cluster.Role {
        if voters.contains(member) { return .voter }
        if outgoing.contains(member) { return .leaving }
        return promotable.contains(member) ? .joining : .learner
    }
}
