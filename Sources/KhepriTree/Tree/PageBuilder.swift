/// Builds the pages of children that come in the order of their names.
///
/// On each level one page is being filled; a full one is hung into the level above. Only the last
/// pages of their levels are not full, and these are replaced by pages of the size they need, so
/// that the builder keeps its own for the children of the next node.
struct PageBuilder {
    private let limit: Int
    /// The page that is being filled on each level, leaves first; those above the last in use are
    /// empty.
    private var pages: [ChildPage] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds a child behind the last one.
    @inline(__always)
    mutating func append(_ name: PathComponent, _ node: TreeNode) {
        append(name, node, height: 0)
    }

    /// Returns the page above all, nil without children, and begins anew.
    mutating func finish() -> ChildPage? {
        guard let leaf = pages.first, leaf.count > 0 else { return nil }
        var height = 0
        while height + 1 < pages.count, pages[height + 1].count > 0 {
            let page = take(height: height)
            append(page.names[0], page, height: height + 1)
            height += 1
        }
        return take(height: height)
    }

    private mutating func append<Child: AnyObject>(
        _ name: PathComponent, _ child: Child, height: Int
    ) {
        if height == pages.count { pages.append(.make(height: height, capacity: limit)) }
        if pages[height].count == limit {
            let full = take(height: height)
            append(full.names[0], full, height: height + 1)
        }
        let page = pages[height]
        page.insert(name, child, at: page.count)
    }

    /// Takes the page of a level in the size it needs, and leaves an empty one.
    private mutating func take(height: Int) -> ChildPage {
        let page = pages[height]
        let capacity = ChildPage.capacity(for: page.count, limit: limit)
        let other = ChildPage.make(height: height, capacity: capacity)
        guard page.count < limit else {
            pages[height] = other
            return page
        }
        other.takeFirst(page.count, from: page)
        return other
    }
}
