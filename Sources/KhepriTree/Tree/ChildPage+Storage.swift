/// Allocating, sharing and moving entries.
extension ChildPage {
    /// The room a page gets for a number of entries: a power of two to 8, then a multiple of 8.
    static func capacity(for count: Int, limit: Int) -> Int {
        var capacity = 1
        while capacity < count, capacity < 8 { capacity *= 2 }
        if capacity < count { capacity = (count + 7) & ~7 }
        return min(capacity, limit)
    }

    /// Replaces the page in a slot by a copy, unless the slot holds the only reference.
    @inline(__always)
    static func makeUnique(_ slot: inout ChildPage) {
        if !isKnownUniquelyReferenced(&slot) {
            slot = slot.copy(0..<slot.count, capacity: slot.capacity)
        }
    }

    /// Gives the page in a slot room for more entries, and makes the slot hold the only reference.
    static func makeRoom(_ slot: inout ChildPage, for added: Int = 1, limit: Int) {
        let needed = slot.count + added
        precondition(needed <= limit, "a page holds at most \(limit) entries, not \(needed)")
        if isKnownUniquelyReferenced(&slot) {
            if needed > slot.capacity {
                reallocate(&slot, capacity: capacity(for: needed, limit: limit))
            }
        } else {
            let capacity = max(capacity(for: needed, limit: limit), slot.capacity)
            slot = slot.copy(0..<slot.count, capacity: capacity)
        }
    }

    /// Moves the entries of a page that the slot alone holds to one of another capacity.
    static func reallocate(_ slot: inout ChildPage, capacity: Int) {
        let page = make(height: slot.height, capacity: capacity)
        page.takeFirst(slot.count, from: slot)
        slot = page
    }

    /// A new page with some of the entries, which this one keeps too.
    func copy(_ range: Range<Int>, capacity: Int) -> ChildPage {
        let page = Self.make(height: height, capacity: capacity)
        page.names.initialize(from: names + range.lowerBound, count: range.count)
        if isLeaf {
            page.nodes.initialize(from: nodes + range.lowerBound, count: range.count)
        } else {
            page.pages.initialize(from: pages + range.lowerBound, count: range.count)
        }
        page.count = range.count
        return page
    }

    /// Moves the first entries of a page behind the last of this one; both are held alone.
    func takeFirst(_ moved: Int, from source: ChildPage) {
        precondition(count + moved <= capacity, "no room for \(moved) entries")
        (names + count).moveInitialize(from: source.names, count: moved)
        moveReferences(source, 0, to: count, moved)
        count += moved
        source.count -= moved
        source.names.moveInitialize(from: source.names + moved, count: source.count)
        source.moveReferences(source, moved, to: 0, source.count)
    }

    /// Moves the last entries of a page before the first of this one; both are held alone.
    func takeLast(_ moved: Int, from source: ChildPage) {
        precondition(count + moved <= capacity, "no room for \(moved) entries")
        (names + moved).moveInitialize(from: names, count: count)
        moveReferences(self, 0, to: moved, count)
        source.count -= moved
        names.moveInitialize(from: source.names + source.count, count: moved)
        moveReferences(source, source.count, to: 0, moved)
        count += moved
    }

    private func moveReferences(_ source: ChildPage, _ start: Int, to target: Int, _ moved: Int) {
        precondition(source.height == height, "the pages are of different levels")
        if isLeaf {
            (nodes + target).moveInitialize(from: source.nodes + start, count: moved)
        } else {
            (pages + target).moveInitialize(from: source.pages + start, count: moved)
        }
    }

    /// Puts an entry into a page that has room and is held alone.
    func insert<Child: AnyObject>(_ name: PathComponent, _ child: Child, at index: Int) {
        precondition(count < capacity, "no room for an entry")
        let references: UnsafeMutablePointer<Child> = references()
        let moved = count - index
        (names + index + 1).moveInitialize(from: names + index, count: moved)
        (references + index + 1).moveInitialize(from: references + index, count: moved)
        (names + index).initialize(to: name)
        (references + index).initialize(to: child)
        count += 1
    }

    /// Takes an entry out of a page that is held alone.
    func remove<Child: AnyObject>(at index: Int) -> Child {
        precondition(index < count, "no entry \(index) among \(count)")
        let references: UnsafeMutablePointer<Child> = references()
        (names + index).deinitialize(count: 1)
        let child = (references + index).move()
        count -= 1
        (names + index).moveInitialize(from: names + index + 1, count: count - index)
        (references + index).moveInitialize(from: references + index + 1, count: count - index)
        return child
    }
}
