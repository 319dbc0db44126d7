import Khepri

extension KeepWhileEntry {
    /// The node goes when it has neither a payload nor a child: `a` is of use for the message of `a/b`.
    static let isOfUse = KeepWhileEntry.itself(.hasPayload(true) || .childCount(1...))
}
