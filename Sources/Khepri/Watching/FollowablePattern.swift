import KhepriTree

extension TreePattern {
    /// Why its matches cannot be told from changed nodes alone; nil if they can.
    ///
    /// Of the nodes above a changed one nothing is known but their names.
    var refusalToFollow: StoreError? {
        guard !components.dropLast().allSatisfy(\.testsNameOnly) else { return nil }
        return StoreError(
            .invalidOperation,
            "expected conditions on names only above the last component of a watched pattern")
    }
}
