/// The properties of a node that a result can list.
public struct NodePropertySet: OptionSet, Hashable, Sendable {
    /// The bits; part of the encoding of commands.
    public let rawValue: UInt16

    /// Makes a set of bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The value; absent for a node without a payload.
    public static let payload = NodePropertySet(rawValue: 1 << 0)
    /// How often the payload changed, from 1.
    public static let payloadVersion = NodePropertySet(rawValue: 1 << 1)
    /// How often a child appeared or went, from 1.
    public static let childListVersion = NodePropertySet(rawValue: 1 << 2)
    /// The number of children.
    public static let childCount = NodePropertySet(rawValue: 1 << 3)
    /// The names of the children, sorted by bytes.
    public static let childNames = NodePropertySet(rawValue: 1 << 4)
    /// Whether there is a payload; listed only when there is one.
    public static let hasPayload = NodePropertySet(rawValue: 1 << 5)
    /// Why the command removed the node; listed only for a node that it removed.
    public static let deleteReason = NodePropertySet(rawValue: 1 << 6)
    /// The revision that created the node.
    public static let createdRevision = NodePropertySet(rawValue: 1 << 7)
    /// The revision of the last change of the payload.
    public static let modifiedRevision = NodePropertySet(rawValue: 1 << 8)
    /// The revision of the last change of the child list.
    public static let childrenRevision = NodePropertySet(rawValue: 1 << 9)

    /// What a result lists unless asked otherwise.
    public static let standard: NodePropertySet = [.payload, .payloadVersion, .deleteReason]
    /// Everything there is.
    public static let all = NodePropertySet(rawValue: (1 << 10) - 1)
}

extension NodePropertySet {
    /// The properties with their names in the text form, in the order of their bits.
    static let named: [(name: String, set: NodePropertySet)] = [
        ("payload", .payload),
        ("payloadVersion", .payloadVersion),
        ("childListVersion", .childListVersion),
        ("childCount", .childCount),
        ("childNames", .childNames),
        ("hasPayload", .hasPayload),
        ("deleteReason", .deleteReason),
        ("createdRevision", .createdRevision),
        ("modifiedRevision", .modifiedRevision),
        ("childrenRevision", .childrenRevision),
    ]
}
