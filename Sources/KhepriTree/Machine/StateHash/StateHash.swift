/// The hash of one node, of which the state hash is the sum; part of machine version 1.
enum StateHash {
    /// The hash of an empty store: of its root.
    static let ofEmptyTree = ofNode(.root, Tree().root)

    /// The hash of a node that is in the tree.
    static func ofNode(_ path: TreePath, _ node: TreeNode) -> UInt128 {
        of(path, NodeImage(node), present: node)
    }

    /// The hash of a node at a moment of a command.
    ///
    /// - Parameter present: The node in the tree, for a payload that the command did not change.
    static func of(_ path: TreePath, _ image: NodeImage, present: TreeNode?) -> UInt128 {
        var hash = SipHash128()
        hash.append(UInt64(path.depth))
        for name in path.components { name.withUTF8 { hash.append(UnsafeRawBufferPointer($0)) } }
        hash.append(image.payloadVersion)
        hash.append(image.childListVersion)
        hash.append(image.createdRevision)
        hash.append(image.modifiedRevision)
        hash.append(image.childrenRevision)
        if let set = image.keepWhile { hash.append(set.digest) }
        switch image.payloadState {
        case .none: break
        case .copied(let payload): payload.bytes.withUnsafeBytes { hash.append($0) }
        case .removed(let node): node.withPayload { if let bytes = $0 { hash.append(bytes) } }
        case .unchanged: present?.withPayload { if let bytes = $0 { hash.append(bytes) } }
        }
        return hash.finish()
    }
}
