/// A test of one node: of its name, its properties or its payload.
///
/// A component of a ``TreePattern`` is a condition, and a keep-while set is made of them:
///
/// ```swift
/// let stocked: NodeCondition = .nameMatches(try NamePattern(glob: "oak*")) && .childCount(1...)
/// ```
///
/// At most 32 conditions are nested in each other, and one condition consists of at most 1,000.
public indirect enum NodeCondition: Hashable, Sendable {
    /// The node's name is this one.
    case named(PathComponent)
    /// `*`: any one level.
    case anyName
    /// `**`: any name, tried again on every level below.
    case anyPath
    /// The name contains a match of the pattern.
    case nameMatches(NamePattern)
    /// As ``nameMatches(_:)``, tried again on every level below.
    case pathMatches(NamePattern)
    /// The node exists; `false` permits the creation of a missing node.
    case exists(Bool)
    /// The node has a payload, or has none.
    case hasPayload(Bool)
    /// The node has a payload and it matches.
    case payloadMatches(PayloadPattern)
    /// A number of the node compared with a constant, the node's number on the left.
    case number(NodeNumber, Comparison, UInt64)
    /// The inner condition is false.
    case not(NodeCondition)
    /// All are true; true when empty.
    case all([NodeCondition])
    /// One is true; false when empty.
    case any([NodeCondition])

    /// The numbers of a node that a condition can compare.
    public enum NodeNumber: String, Hashable, Sendable, CaseIterable {
        case payloadVersion, childListVersion, childCount
        case createdRevision, modifiedRevision, childrenRevision
    }

    /// The comparisons.
    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        case eq, ne, lt, le, gt, ge

        /// Whether the left value compares so with the right one.
        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .eq: left == right
            case .ne: left != right
            case .lt: left < right
            case .le: left <= right
            case .gt: left > right
            case .ge: left >= right
            }
        }
    }
}
