extension Tree {
    /// What an edit can change of one node.
    package struct Fields {
        /// What happens to a payload.
        package enum PayloadEdit {
            case keep
            /// One CBOR data item, so at least one byte.
            case set([UInt8])
            case clear
        }

        package var payload: PayloadEdit
        package var payloadVersion: UInt64
        package var childListVersion: UInt64
        package var createdRevision: Revision
        package var modifiedRevision: Revision
        package var childrenRevision: Revision
        package var attachment: TreeNode.Attachment?

        /// The fields of a new node: versions 1, all revisions that of its creation.
        package init(createdAt revision: Revision, payload: [UInt8]? = nil) {
            self.payload = payload.map { .set($0) } ?? .clear
            payloadVersion = 1
            childListVersion = 1
            createdRevision = revision
            modifiedRevision = revision
            childrenRevision = revision
            attachment = nil
        }

        /// The fields of a node, its payload kept.
        package init(_ node: TreeNode) {
            payload = .keep
            payloadVersion = node.payloadVersion
            childListVersion = node.childListVersion
            createdRevision = Revision(node.createdRevision)
            modifiedRevision = Revision(node.modifiedRevision)
            childrenRevision = Revision(node.childrenRevision)
            attachment = node.attachment
        }

        /// Whether a node with these fields, in place of an old one, needs a branch to hold them.
        func needsBranch(replacing old: TreeNode?) -> Bool {
            if childListVersion != 1 || childrenRevision != createdRevision { return true }
            if attachment != nil { return true }
            return (old?.childCount ?? 0) > 0 || (old?.subtreeRevision ?? 0) > 0
        }

        /// A node of its own with these fields; there is no payload to keep.
        func makeNode() -> TreeNode {
            withNewPayload { makeNode(payload: $0 ?? .init(start: nil, count: 0)) }
        }

        /// A node of its own with these fields and another payload, none if there are no bytes.
        func makeNode(payload: UnsafeRawBufferPointer) -> TreeNode {
            let header = TreeNode.Header(
                createdRevision: createdRevision.rawValue,
                modifiedRevision: modifiedRevision.rawValue, payloadVersion: payloadVersion,
                payloadByteCount: 0, isBranch: false)
            let branch = needsBranch(replacing: nil) ? TreeNode.Branch(self) : nil
            return TreeNode.make(header, branch, payload: payload)
        }

        /// Lends the bytes of the payload to write, nil when the present one is kept.
        func withNewPayload<R>(_ body: (UnsafeRawBufferPointer?) -> R) -> R {
            switch payload {
            case .keep: return body(nil)
            case .clear: return body(UnsafeRawBufferPointer(start: nil, count: 0))
            case .set(let bytes):
                precondition(!bytes.isEmpty, "a payload is one data item, found no bytes")
                return bytes.withUnsafeBytes { body($0) }
            }
        }

        /// The length of the payload after the edit of one with this many bytes.
        func payloadByteCount(replacing oldByteCount: Int) -> Int {
            switch payload {
            case .keep: oldByteCount
            case .clear: 0
            case .set(let bytes): bytes.count
            }
        }
    }
}
