/// One page of the B-tree in which a node keeps its children, in the order of their names.
///
/// A leaf holds names and nodes. An inner page holds pages of the level below, each under a name that
/// is not above the first in that page and is above all in the page to its left. A small directory
/// is one leaf. Pages are shared between copies of a tree, and changed in place only by a tree that
/// holds them, and everything above them, alone.
///
/// Names and references lie in two arrays in the same allocation, so a search reads only names; the
/// allocation fills the block of an allocator with a granularity of 16 bytes.
final class ChildPage {
    struct Header {
        /// The entries there are.
        var count: UInt16
        /// The entries there is room for.
        let capacity: UInt16
        /// The levels below; 0 for a leaf.
        let height: UInt32
    }

    private typealias Storage = ManagedBufferPointer<Header, UInt8>

    /// Makes an empty page.
    static func make(height: Int, capacity: Int) -> ChildPage {
        let entryByteCount =
            MemoryLayout<PathComponent>.stride + MemoryLayout<AnyObject>.stride
        let header = Header(count: 0, capacity: UInt16(capacity), height: UInt32(height))
        let storage = Storage(
            bufferClass: ChildPage.self, minimumCapacity: capacity * entryByteCount
        ) { _, _ in header }
        return unsafeDowncast(storage.buffer, to: ChildPage.self)
    }

    private init() {
        preconditionFailure("pages are made by ChildPage.make, which reserves their memory")
    }

    deinit {
        names.deinitialize(count: count)
        if isLeaf { nodes.deinitialize(count: count) } else { pages.deinitialize(count: count) }
    }
}

/// What is in a page; pointers are valid while the page is held.
extension ChildPage {
    private var header: UnsafeMutablePointer<Header> {
        @inline(__always) get {
            Storage(unsafeBufferObject: self).withUnsafeMutablePointerToHeader { $0 }
        }
    }

    var count: Int {
        @inline(__always) get { Int(header.pointee.count) }
        set { header.pointee.count = UInt16(newValue) }
    }

    var capacity: Int { Int(header.pointee.capacity) }

    var height: Int { Int(header.pointee.height) }

    var isLeaf: Bool {
        @inline(__always) get { header.pointee.height == 0 }
    }

    var names: UnsafeMutablePointer<PathComponent> {
        @inline(__always) get {
            UnsafeMutableRawPointer(header + 1).assumingMemoryBound(to: PathComponent.self)
        }
    }

    /// The references of a leaf.
    var nodes: UnsafeMutablePointer<TreeNode> {
        @inline(__always) get { references() }
    }

    /// The references of an inner page.
    var pages: UnsafeMutablePointer<ChildPage> {
        @inline(__always) get { references() }
    }

    /// The references of a page whose children are of a class: nodes in leaves, pages elsewhere.
    @inline(__always)
    func references<Child: AnyObject>() -> UnsafeMutablePointer<Child> {
        UnsafeMutableRawPointer(names + capacity).assumingMemoryBound(to: Child.self)
    }
}

/// Searching.
///
/// Names are compared where they lie: a copy of a long one would count references, and those of
/// names that many threads read would be their bottleneck.
extension ChildPage {
    /// The child with a name in the pages below, unretained.
    @inline(__always)
    func find(_ name: UnsafePointer<PathComponent>) -> Unmanaged<TreeNode>? {
        var page = Unmanaged.passUnretained(self)
        while true {
            let (next, found) = page._withUnsafeGuaranteedRef { $0.step(towards: name) }
            guard let next else { return found }
            page = next
        }
    }

    /// The page of the level below in which a name belongs, or in a leaf the node that has it.
    @inline(__always)
    private func step(
        towards name: UnsafePointer<PathComponent>
    ) -> (next: Unmanaged<ChildPage>?, found: Unmanaged<TreeNode>?) {
        if isLeaf {
            let index = lowerBound(name)
            guard index < count, hasName(name, at: index) else { return (nil, nil) }
            return (nil, Unmanaged.passUnretained(nodes[index]))
        }
        return (Unmanaged.passUnretained(pages[pageIndex(for: name)]), nil)
    }

    /// The number of names before a name.
    @inline(__always)
    private func lowerBound(_ name: UnsafePointer<PathComponent>) -> Int {
        let names = names
        var lower = 0
        var upper = count
        while lower < upper {
            let middle = (lower &+ upper) &>> 1
            if Self.precedes(names + middle, name) { lower = middle &+ 1 } else { upper = middle }
        }
        return lower
    }

    @inline(__always)
    func lowerBound(_ name: PathComponent) -> Int {
        withUnsafePointer(to: name) { lowerBound($0) }
    }

    /// Whether the entry's name is this one.
    @inline(__always)
    private func hasName(_ name: UnsafePointer<PathComponent>, at index: Int) -> Bool {
        let entry = names + index
        guard entry.pointee.high == name.pointee.high, entry.pointee.low == name.pointee.low else {
            return false
        }
        return name.pointee.isInline || entry.pointee == name.pointee
    }

    @inline(__always)
    func hasName(_ name: PathComponent, at index: Int) -> Bool {
        withUnsafePointer(to: name) { hasName($0, at: index) }
    }

    /// The entry of an inner page in which a name belongs.
    @inline(__always)
    private func pageIndex(for name: UnsafePointer<PathComponent>) -> Int {
        let index = lowerBound(name)
        if index < count, hasName(name, at: index) { return index }
        return max(index - 1, 0)
    }

    @inline(__always)
    func pageIndex(for name: PathComponent) -> Int {
        withUnsafePointer(to: name) { pageIndex(for: $0) }
    }

    @inline(__always)
    private static func precedes(
        _ entry: UnsafePointer<PathComponent>, _ name: UnsafePointer<PathComponent>
    ) -> Bool {
        if entry.pointee.high != name.pointee.high {
            return entry.pointee.high < name.pointee.high
        }
        if entry.pointee.low != name.pointee.low { return entry.pointee.low < name.pointee.low }
        return !name.pointee.isInline && entry.pointee < name.pointee
    }
}
