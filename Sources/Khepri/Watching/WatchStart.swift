public import KhepriTree

/// Where a sequence of changes begins.
public enum WatchStart: Sendable, Hashable {
    /// With what changes from now on.
    case now
    /// With the nodes that are there, and then with what changes, without a gap.
    case current
    /// With what came after a revision: the last ``TreeChange/resumePoint`` of an earlier watch, on this
    /// member or another one.
    case revision(Revision)
}
