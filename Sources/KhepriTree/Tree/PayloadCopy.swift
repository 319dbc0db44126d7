/// The payload of a node, copied out of the tree: in place if it is short.
///
/// To retain the node instead, all its readers would write to one cache line, so only a long
/// payload keeps its node. Nothing is allocated.
package struct PayloadCopy {
    /// 128 bytes.
    private typealias Words = (
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
    )

    private var words: Words = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    private var byteCount = 0
    private var holder: TreeNode?

    /// Makes a copy of nothing.
    package init() {}

    /// Whether there is a payload.
    package var isEmpty: Bool { byteCount == 0 }

    /// Copies the payload of the node at a path below a root, if there is one.
    package mutating func take(_ path: TreePath, below root: Unmanaged<TreeNode>) {
        root.descendant(path)?._withUnsafeGuaranteedRef { take($0) }
    }

    /// Copies the payload of a node, if it has one.
    package mutating func take(_ node: TreeNode) {
        byteCount = node.payloadByteCount
        guard byteCount <= MemoryLayout<Words>.size else {
            holder = node
            return
        }
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: node.payloadBytes) }
    }

    /// Lends the bytes.
    @inline(__always)
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        if let holder { return try body(holder.payloadBytes) }
        return try withUnsafeBytes(of: words) { try body(.init(rebasing: $0[..<byteCount])) }
    }
}
