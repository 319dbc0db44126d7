/// The limits that every path, value and operation keeps; nothing beyond them is decoded or applied.
public enum TreeLimits {
    /// The longest name of a node, in UTF-8 bytes.
    public static let nameBytesMaximum = 255

    /// The most components of a path or pattern, so the depth of the deepest node.
    public static let pathComponentsMaximum = 64

    /// How deep conditions and payload patterns nest: `not`, `all`, `any`, arrays and maps count one
    /// level each, a condition without another inside is at depth 1.
    public static let conditionDepthMaximum = 32

    /// The most states of a compiled regular expression or glob.
    public static let namePatternStatesMaximum = 1_000

    /// The most operations of one transaction, each with one `abortIfError` behind it.
    public static let transactionOperationsMaximum = 10_000

    /// The most nodes and patterns that one transaction reads.
    public static let transactionReadsMaximum = 10_000

    /// The most patterns among these that may match several nodes.
    public static let transactionPatternsMaximum = 100

    /// The most nodes that the patterns of one transaction make it look at.
    public static let transactionVisitsMaximum = 100_000

    /// The largest payload that any configuration allows, in bytes of its CBOR encoding.
    public static let payloadBytesMaximum = 8 << 20

    /// The largest payload unless configured otherwise, in bytes of its CBOR encoding.
    public static let payloadBytesDefault = 1 << 20

    /// The largest encoded command, in bytes.
    public static let commandBytesMaximum = 16 << 20

    /// How long a lease may live without a word of its holder: one second to a day.
    package static let leaseMilliseconds: ClosedRange<UInt64> = 1_000...86_400_000

    /// The most unanswered commands of a session, counted from the lowest of them on.
    package static let unansweredCommandsMaximum = 1_024
}
