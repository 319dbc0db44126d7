/// The memory of a node: object header, ``Header``, perhaps a ``Branch``, payload bytes.
extension TreeNode {
    private typealias Storage = ManagedBufferPointer<Header, UInt8>

    /// Valid while the node is held.
    var header: UnsafeMutablePointer<Header> {
        @inline(__always) get {
            Storage(unsafeBufferObject: self).withUnsafeMutablePointerToHeader { $0 }
        }
    }

    /// Only in branches; valid while the node is held.
    var branch: UnsafeMutablePointer<Branch> {
        @inline(__always) get { tail.assumingMemoryBound(to: Branch.self) }
    }

    /// The children of a branch that has some; valid while the node is held.
    var childrenSlot: UnsafeMutablePointer<ChildPage> {
        @inline(__always) get {
            // An optional reference that is not nil has the layout of the reference.
            let offset = MemoryLayout<Branch>.offset(of: \.children) ?? 0
            return (tail + offset).assumingMemoryBound(to: ChildPage.self)
        }
    }

    /// Valid while the node is held.
    var payloadBytes: UnsafeRawBufferPointer {
        @inline(__always) get {
            UnsafeRawBufferPointer(start: payloadStart, count: payloadByteCount)
        }
    }

    private var payloadStart: UnsafeMutableRawPointer {
        tail + (header.pointee.isBranch ? MemoryLayout<Branch>.size : 0)
    }

    private var tail: UnsafeMutableRawPointer {
        @inline(__always) get { UnsafeMutableRawPointer(header + 1) }
    }

    /// The bytes reserved behind the header.
    ///
    /// They fill the block that an allocator with a granularity of 16 bytes hands out for the whole
    /// object, so a payload is overwritten in place by any other that needs a block of that size.
    private static func tailByteCount(isBranch: Bool, payloadByteCount: Int) -> Int {
        let fixed = 2 * MemoryLayout<UInt>.size + MemoryLayout<Header>.stride
        let total = fixed + (isBranch ? MemoryLayout<Branch>.size : 0) + payloadByteCount
        return ((total + 7) & ~15) + 8 - fixed
    }

    /// Makes a node.
    static func make(
        _ header: Header, _ branch: Branch?, payload: UnsafeRawBufferPointer
    ) -> TreeNode {
        var header = header
        header.isBranch = branch != nil
        header.payloadByteCount = UInt32(payload.count)
        let byteCount = tailByteCount(isBranch: branch != nil, payloadByteCount: payload.count)
        let storage = Storage(
            bufferClass: TreeNode.self,
            minimumCapacity: byteCount + MemoryLayout<Header>.stride - MemoryLayout<Header>.size
        ) { _, _ in
            header
        }
        let node = unsafeDowncast(storage.buffer, to: TreeNode.self)
        if let branch { node.branch.initialize(to: branch) }
        if let source = payload.baseAddress {
            node.payloadStart.copyMemory(from: source, byteCount: payload.count)
        }
        return node
    }

    /// Replaces the node in a slot by a copy, unless the slot holds the only reference.
    @inline(__always)
    static func makeUnique(_ slot: inout TreeNode) {
        if !isKnownUniquelyReferenced(&slot) { slot = slot.copy() }
    }

    private func copy() -> TreeNode {
        Self.make(
            header.pointee, header.pointee.isBranch ? branch.pointee : nil, payload: payloadBytes)
    }

    /// Makes the node in a slot a branch that the slot alone holds.
    static func makeUniqueBranch(_ slot: inout TreeNode) {
        if slot.header.pointee.isBranch { return makeUnique(&slot) }
        slot = make(slot.header.pointee, slot.branchCopy, payload: slot.payloadBytes)
    }

    /// Writes fields and a payload, if there is a new one, into the node in a slot.
    ///
    /// It is done in place when the slot holds the only reference and the memory has the right size.
    static func write(
        _ fields: Tree.Fields, _ payload: UnsafeRawBufferPointer?, to slot: inout TreeNode
    ) {
        let oldHeader = slot.header.pointee
        let oldByteCount = slot.payloadByteCount
        let isBranch = fields.needsBranch(replacing: slot)
        let payloadByteCount = payload?.count ?? oldByteCount
        var header = oldHeader
        header.payloadVersion = fields.payloadVersion
        header.createdRevision = fields.createdRevision.rawValue
        header.modifiedRevision = fields.modifiedRevision.rawValue

        let fits =
            isBranch == oldHeader.isBranch
            && tailByteCount(isBranch: isBranch, payloadByteCount: payloadByteCount)
                == tailByteCount(isBranch: isBranch, payloadByteCount: oldByteCount)
        guard fits, isKnownUniquelyReferenced(&slot) else {
            var branch = isBranch ? slot.branchCopy : nil
            branch?.write(fields)
            slot = make(header, branch, payload: payload ?? slot.payloadBytes)
            return
        }
        header.payloadByteCount = UInt32(payloadByteCount)
        slot.header.pointee = header
        if isBranch { slot.branch.pointee.write(fields) }
        if let source = payload?.baseAddress {
            slot.payloadStart.copyMemory(from: source, byteCount: payloadByteCount)
        }
    }

    /// The branch of this node, or the one it would have.
    private var branchCopy: Branch {
        header.pointee.isBranch ? branch.pointee : Branch(childrenRevision: createdRevision)
    }
}

extension TreeNode.Branch {
    init(_ fields: Tree.Fields) {
        self.init(childrenRevision: 0)
        write(fields)
    }

    fileprivate mutating func write(_ fields: Tree.Fields) {
        childListVersion = fields.childListVersion
        childrenRevision = fields.childrenRevision.rawValue
        attachment = fields.attachment
    }
}
