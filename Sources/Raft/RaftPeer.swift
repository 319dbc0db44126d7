public import RaftCore
import RaftRuntime

/// A host as the others have to know it: who it is in all its groups, and where they reach it.
///
/// Its text is what the operator of one host gives to that of another:
/// `2:0123…-cdef@10.0.0.2:7400`, the number of the host, the identity of its directory, its address.
public struct RaftPeer: Hashable, Sendable {
    /// Who it is.
    public let member: MemberID
    /// Where the transport reaches it; nil if the member is all that the transport has to know.
    public let address: String?

    /// The longest address, in bytes of UTF-8.
    public static let addressBytesMaximum = 512

    /// Joins the parts.
    ///
    /// - Precondition: An address has 1 to ``addressBytesMaximum`` bytes.
    public init(_ member: MemberID, at address: String? = nil) {
        precondition(address.map(Self.isAddress) ?? true, "an address has 1 to 512 bytes")
        self.member = member
        self.address = address
    }

    private static func isAddress(_ text: String) -> Bool {
        (1...addressBytesMaximum).contains(text.utf8.count)
    }
}

extension RaftPeer: LosslessStringConvertible {
    /// Number, identity and address, as in `2:0123…-cdef@10.0.0.2:7400`.
    public var description: String {
        "\(member.node):\(member.incarnation)" + (address.map { "@" + $0 } ?? "")
    }

    /// Reads what ``description`` gives; nil for anything else.
    public init?(_ description: String) {
        let parts = description.split(
            separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard names.count == 2, let node = UInt64(names[0]),
            let incarnation = Identifier128(String(names[1]))
        else { return nil }
        let address = parts.count > 1 ? String(parts[1]) : nil
        guard address.map(Self.isAddress) ?? true else { return nil }
        self.init(MemberID(node: node, incarnation: incarnation), at: address)
    }
}

extension RaftPeer {
    /// What the configuration of a group says of the host; nothing if it has no address.
    var details: [UInt8] {
        guard let address else { return [] }
        return MemberDetails(name: String(member.node), peerAddress: address).encoded()
    }
}

extension Configuration {
    /// The first configuration of a group.
    init(founders: [RaftPeer]) {
        let said = founders.map { Details(member: $0.member, bytes: $0.details) }
        self.init(voters: founders.map(\.member), details: said.filter { !$0.bytes.isEmpty })
    }

    /// Everybody, with the addresses that can be read.
    var peers: [RaftPeer] {
        let details = memberDetails
        return allMembers.map { member in
            RaftPeer(details[member]?.peerAddress, of: member)
        }
    }
}

extension RaftPeer {
    /// Takes an address that another host said, if it is one.
    fileprivate init(_ address: String?, of member: MemberID) {
        self.init(member, at: address.flatMap { Self.isAddress($0) ? $0 : nil })
    }
}

extension MembershipChange {
    /// Add the member that a host has, as a learner.
    ///
    /// - Parameters:
    ///   - peer: The host; it has opened the group without voters.
    ///   - promotes: Whether the member becomes a voter by itself once it keeps up.
    public static func add(_ peer: RaftPeer, promotes: Bool = true) -> MembershipChange {
        .add(peer.member, promotes: promotes, details: peer.details)
    }

    /// Note that a member's host is reached elsewhere from now on.
    ///
    /// - Parameter peer: The host, with its new address.
    public static func setAddress(of peer: RaftPeer) -> MembershipChange {
        .setDetails(peer.member, peer.details)
    }
}
