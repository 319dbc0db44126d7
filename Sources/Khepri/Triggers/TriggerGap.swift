public import KhepriTree

/// Changes that no history holds any more, so that nobody can tell which they were.
public struct TriggerGap: Sendable, Hashable {
    /// Everything up to this revision was handled.
    public let after: Revision
    /// Everything behind this revision will be.
    public let through: Revision
}

extension TriggerGap: CustomStringConvertible {
    /// A sentence that says what is missing.
    public var description: String {
        "changes after revision \(after.rawValue) and up to \(through.rawValue) are not known any "
            + "more"
    }
}
