/// A member of a group: its number and the incarnation of its data directory.
///
/// A member that lost its disk forgot its votes, so it comes back under another incarnation and is
/// another member (dragonboat #256, KIP-853).
public struct MemberID: Hashable, Comparable, Sendable {
    /// The number an operator knows the member by.
    public let node: UInt64
    /// Chosen at random when the data directory was made.
    public let incarnation: Identifier128

    /// Joins a number and an incarnation.
    public init(node: UInt64, incarnation: Identifier128) {
        self.node = node
        self.incarnation = incarnation
    }

    /// Whether the left member has the smaller number, or the same number and a smaller incarnation.
    public static func < (lhs: MemberID, rhs: MemberID) -> Bool {
        (lhs.node, lhs.incarnation) < (rhs.node, rhs.incarnation)
    }
}
