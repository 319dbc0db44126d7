/// What a command has done to one node so far; becomes a ``NodeChange`` at its end.
struct ChangeRecord: Sendable {
    let path: TreePath
    /// Nil when there was no such node.
    var atCommandStart: NodeImage?
    /// Nil when there was no such node.
    var atOperationStart: NodeImage?
    /// Nil while there is no such node.
    var current: NodeImage?
    /// The node as it was when it was last removed, nil while it exists.
    var removed: Removed?

    /// The operation that last looked at the node, by its number in the command.
    var operation = 0
    /// The operation that created the node, 0 for none.
    var creatingOperation = 0
    /// The operation that last removed the node, 0 for none.
    var removingOperation = 0
    /// The operation that last changed the child list, 0 for none.
    var childListOperation = 0
    /// The round of keep-while evaluation in which the node last changed.
    var round = 0
    /// The round in which the child list last changed.
    var childListRound = 0

    /// A node that is gone.
    struct Removed: Sendable {
        var image: NodeImage
        var node: TreeNode
        var reason: DeleteReason
    }

    init(path: TreePath, image: NodeImage?) {
        self.path = path
        atCommandStart = image
        atOperationStart = image
        current = image
    }

    /// Keeps a payload that the tree is about to lose, in every image that refers to it.
    mutating func keepPayload(as state: @autoclosure () -> NodeImage.PayloadState) {
        guard
            atCommandStart?.hasUnchangedPayload == true
                || atOperationStart?.hasUnchangedPayload == true
        else { return }
        let state = state()
        if atCommandStart?.hasUnchangedPayload == true { atCommandStart?.payloadState = state }
        if atOperationStart?.hasUnchangedPayload == true { atOperationStart?.payloadState = state }
    }

    /// The change, nil when there is none on the whole.
    func change() -> NodeChange? {
        guard atCommandStart != nil || current != nil || removed != nil else { return nil }
        if let old = atCommandStart, let new = current, new.isIdentical(to: old) { return nil }
        return NodeChange(
            path: path, old: atCommandStart, new: current, removed: removed?.image,
            deleteReason: removed?.reason)
    }
}

extension NodeImage {
    /// Whether nothing was written since the other image was taken.
    func isIdentical(to other: NodeImage) -> Bool {
        payloadVersion == other.payloadVersion
            && childListVersion == other.childListVersion
            && childCount == other.childCount
            && createdRevision == other.createdRevision
            && modifiedRevision == other.modifiedRevision
            && childrenRevision == other.childrenRevision
            && keepWhile == other.keepWhile
    }
}
