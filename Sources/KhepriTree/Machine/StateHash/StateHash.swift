/// The parts of which the state hash is the sum; part of machine version 1.
///
/// A node has one part for its properties and one for its payload, so that a change of the children
/// of a node does not cost as much as its payload is long. Each part is a ``SipHash128`` of words:
///
/// * depth, then each name as its length and its bytes; 1; payload version, child list version,
///   created, modified and children revision; the digest of the keep-while set if there is one;
/// * depth and names; 2; length and bytes of the payload, if there is one;
/// * 2^64 − 1; both halves of the identity of a session; 3; its time, lowest unanswered sequence;
/// * 2^64 − 1; both halves of the identity of a session; 4; sequence, revision and error number of
///   an outcome;
/// * 2^64 − 1; both halves of the identity of a store; 5; length and bytes of its name, and of what
///   says who its first members were;
/// * 2^64 − 1; both halves of the identity of a deleted store; 6;
/// * 2^64 − 1; both halves of the identity of a lease; 7; its time to live in milliseconds.
enum StateHash {
    /// The hash of an empty store: of its root.
    static let ofEmptyTree = Tree().root.stateHash(at: .root)

    /// The hash of all that begins with a path.
    static func begin(_ path: TreePath) -> SipHash128 {
        begin(path.components, depth: path.depth)
    }

    /// The hash of all that begins with a path of that depth, whose first names are these.
    static func begin(_ names: [PathComponent], depth: Int) -> SipHash128 {
        var hash = SipHash128()
        hash.append(UInt64(depth))
        for name in names { hash.append(name) }
        return hash
    }

    /// The hash of all that begins with the identity of a session, store or lease.
    static func begin(_ session: SessionID) -> SipHash128 {
        var hash = SipHash128()
        for word in [.max, session.high, session.low] { hash.append(word) }
        return hash
    }

    /// The hash of the properties of a node.
    static func ofProperties(_ image: NodeImage, _ path: SipHash128) -> UInt128 {
        var hash = path
        hash.append(1)
        hash.append(image.payloadVersion)
        hash.append(image.childListVersion)
        hash.append(image.createdRevision)
        hash.append(image.modifiedRevision)
        hash.append(image.childrenRevision)
        if let set = image.keepWhile { hash.append(digest: set.digest) }
        return hash.finish()
    }

    /// The hash of a payload.
    static func ofPayload(_ bytes: UnsafeRawBufferPointer, _ path: SipHash128) -> UInt128 {
        var hash = path
        hash.append(2)
        hash.append(bytes)
        return hash.finish()
    }

    /// What a change adds to the state hash.
    static func difference(by change: NodeChange) -> UInt128 {
        let path = begin(change.path)
        var difference: UInt128 = 0
        if let new = change.new {
            difference &+= ofProperties(new, path) &+ ofCopiedPayload(of: new, path)
        }
        if let old = change.old {
            difference &-= ofProperties(old, path) &+ ofCopiedPayload(of: old, path)
        }
        return difference
    }

    /// The hash of a payload that the command changed, 0 without one.
    ///
    /// An unchanged payload is in the images before and after, or in none.
    private static func ofCopiedPayload(of image: NodeImage, _ path: SipHash128) -> UInt128 {
        switch image.payloadState {
        case .none, .unchanged: 0
        case .copied(let payload): payload.bytes.withUnsafeBytes { ofPayload($0, path) }
        case .removed(let node): node.withPayload { $0.map { ofPayload($0, path) } ?? 0 }
        }
    }
}

extension TreeNode {
    /// The hash of a node that is in the tree.
    func stateHash(at path: TreePath) -> UInt128 {
        stateHash(under: StateHash.begin(path))
    }

    /// The hash of a node, begun with its path.
    func stateHash(under prefix: SipHash128) -> UInt128 {
        let payload = withPayload { $0.map { StateHash.ofPayload($0, prefix) } ?? 0 }
        return StateHash.ofProperties(NodeImage(self), prefix) &+ payload
    }
}
