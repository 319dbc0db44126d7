import KhepriTree
package import RaftCore
import RaftRuntime

/// The members of a store: who they are, how they stand, and how to change that.
///
/// ```swift
/// for member in store.cluster.members { print(member.name, member.role) }
/// for await event in store.cluster.events { print(event) }
/// ```
/// Changes are made by the member that leads; on another one they throw ``StoreError`` `.notLeader`,
/// whose message names the leader. What is read is what this member knows, without asking others.
public struct Cluster: Sendable {
    let engine: StoreEngine
    let host: StoreHost

    /// The store whose members those of this one follow; this one for a host without peers.
    var keeper: StoreEngine { host.catalogueKeeper ?? engine }

    /// A member of the store.
    public struct Member: Sendable, Hashable, Identifiable {
        /// Names the member for ever, as no name does.
        public let id: MemberIdentifier
        /// What people call its host; "member" and a number for one that is not called anything.
        public let name: String
        /// `HOST:PORT` where other members reach it, if it says so.
        public let peerAddress: String?
        /// Where clients reach it, if it says so.
        public let endpoint: String?
        /// What it counts for.
        public let role: Role
        /// How much it is preferred as leader; a higher number wins.
        public let priority: Int
        /// Whether it leads, as far as this member knows.
        public let isLeader: Bool
        /// Whether it is the member that was asked.
        public let isLocal: Bool
    }

    /// What a member counts for.
    public enum Role: String, Sendable, Hashable {
        /// Its agreement commits writes and elects leaders.
        case voter
        /// Gets every write, and becomes a voter once it keeps up.
        case joining
        /// Gets every write and counts in no quorum.
        case learner
        /// Votes until the change that removes it is done.
        case leaving
    }

    /// Names a member for ever: its number and the incarnation of its data directory.
    public struct MemberIdentifier: Sendable, Hashable, CustomStringConvertible {
        package let member: MemberID

        package init(_ member: MemberID) { self.member = member }

        /// Number and incarnation in hexadecimal digits.
        public var description: String {
            "\(String(member.node, radix: 16))-\(member.incarnation.hexadecimal)"
        }

        /// Reads what ``description`` gives; nil for anything else.
        public init?(_ description: String) {
            let parts = description.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let node = UInt64(parts[0], radix: 16),
                let incarnation = Identifier128(hexadecimal: String(parts[1]))
            else { return nil }
            self.init(MemberID(node: node, incarnation: incarnation))
        }
    }

    /// How this member stands.
    public struct Status: Sendable, Hashable {
        /// Whether it leads.
        public let isLeader: Bool
        /// The name of the member that leads, nil if none is known: then nothing can be written.
        public let leader: String?
        /// The term of the leader, or of the election under way.
        public let term: UInt64
        /// What is known to be committed.
        public let committedRevision: Revision
        /// What is applied here.
        public let appliedRevision: Revision
        /// The end of this member's log.
        public let lastRevision: Revision
        /// The revision of the last change of members.
        public let members: [Member]
    }

    /// Everybody, by name.
    public var members: [Member] { status.members }

    /// How this member stands, as of the last moment it worked; reading it waits for nothing.
    public var status: Status {
        let status = engine.group.status
        let names = MemberNames(status.configuration)
        return Status(
            isLeader: status.role == .leader, leader: status.leader.map(names.name(of:)),
            term: status.term.rawValue,
            committedRevision: Revision(status.commitIndex.rawValue),
            appliedRevision: Revision(status.appliedIndex.rawValue),
            lastRevision: Revision(status.lastPosition.index.rawValue),
            members: names.members(leader: status.leader, local: host.member))
    }

    /// What happens from now on, to this member as far as it can tell.
    ///
    /// Someone who does not read loses the oldest of 256 events.
    public var events: AsyncStream<ClusterEvent> { engine.events.stream() }
}
