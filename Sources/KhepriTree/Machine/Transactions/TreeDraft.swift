/// A copy of a tree on which the writes of a transaction are tried, so that it reads what it wrote.
///
/// What expires because other nodes watch the written ones is not known here: that follows when the
/// transaction is applied.
package struct TreeDraft {
    private var editor = TreeEditor()

    /// Begins with a tree.
    ///
    /// - Parameter revision: What the nodes say that are written.
    package init(_ tree: Tree, writingAt revision: Revision) {
        editor.tree = tree
        // Whether a lease lives is seen when the transaction is applied.
        editor.keepWhile.trustsLeases = true
        editor.begin(at: revision, visitLimit: nil, wantsNodes: false)
    }

    /// The tree with what was written.
    package var tree: Tree { editor.tree }

    /// Carries out one write; after an error there is no other.
    package mutating func perform(_ operation: TreeOperation) -> OperationError? {
        do {
            _ = try editor.perform(operation)
            return nil
        } catch {
            guard case .error(let refusal) = error.result else {
                preconditionFailure("one write without a limit of visits ends in an error or not")
            }
            return refusal
        }
    }
}
