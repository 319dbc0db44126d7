/// Paths and patterns as a trie, one edge a component, with something kept at the end of each.
///
/// What may match the path of a node is found in time that depends on its depth and on how many
/// different prefixes fit it, never on how many patterns there are. Prefixes are *slots*, named by
/// numbers that stay the same while the slot is used; 0 is the empty prefix.
package struct PatternTrie<Content: Sendable>: Sendable {
    private struct Slot: Sendable {
        var parent: Int
        /// The last component of the prefix, nil for the empty one.
        var condition: NodeCondition?
        var content: Content
        var children: [PathComponent: Int] = [:]
        /// The place among the parent's ``patternChildren``.
        var position = 0
        /// Where edges that are no names lead.
        var patternChildren: [Int] = []
        /// Whether one of these applies to grandchildren.
        var repeats = false
        /// How many uses the slot and those below it have; at 0 it is freed.
        var useCount = 0
        /// The visit that last reached the slot.
        var visit = 0
    }

    private struct EdgeKey: Hashable {
        var slot: Int
        var condition: NodeCondition
    }

    private let empty: Content
    private var slots: [Slot]
    private var freeSlots: [Int] = []
    /// Edges that are no names, by the slot they leave.
    private var edges: [EdgeKey: Int] = [:]
    /// The number of the last visit, to reach a slot once in it.
    private var visit = 0

    /// - Parameter empty: What a new slot holds.
    package init(empty: Content) {
        self.empty = empty
        slots = [Slot(parent: 0, condition: nil, content: empty)]
    }

    /// What is kept at a slot.
    package subscript(slot: Int) -> Content {
        get { slots[slot].content }
        _modify { yield &slots[slot].content }
    }

    /// Whether no slot but the empty prefix is used.
    package var isEmpty: Bool { slots.count == freeSlots.count + 1 }
}

extension PatternTrie {
    /// The slot of a path or pattern, nil when it is not used.
    package func slot(of components: [NodeCondition]) -> Int? {
        var slot = 0
        for component in components {
            guard let next = child(component, of: slot) else { return nil }
            slot = next
        }
        return slot
    }

    /// The slot of a path, nil when it is not used.
    package func slot(of path: TreePath) -> Int? {
        var slot = 0
        for name in path.components {
            guard let next = slots[slot].children[name] else { return nil }
            slot = next
        }
        return slot
    }

    /// The slot that a name leads to.
    package func child(_ name: PathComponent, of slot: Int) -> Int? { slots[slot].children[name] }

    /// The last component of a slot's prefix, nil for the empty one.
    package func condition(of slot: Int) -> NodeCondition? { slots[slot].condition }

    /// The slots from one up to that of its first component.
    package func path(to slot: Int) -> [Int] {
        var path: [Int] = []
        var slot = slot
        while slot != 0 {
            path.append(slot)
            slot = slots[slot].parent
        }
        return path
    }

    /// The components of a slot's prefix.
    package func components(of slot: Int) -> [NodeCondition] {
        path(to: slot).reversed().compactMap { slots[$0].condition }
    }

    /// A slot and all below it, in no order.
    package func slots(atOrBelow slot: Int) -> [Int] {
        var found = [slot]
        var next = 0
        while next < found.count {
            found.append(contentsOf: slots[found[next]].children.values)
            found.append(contentsOf: slots[found[next]].patternChildren)
            next += 1
        }
        return found
    }
}

extension PatternTrie {
    /// Uses the slot of a path or pattern once more; missing ones are made.
    package mutating func use(_ components: [NodeCondition]) -> Int {
        var slot = 0
        for component in components {
            slot = child(component, of: slot) ?? makeSlot(component, below: slot)
            slots[slot].useCount += 1
        }
        return slot
    }

    /// Ends one use of a slot; it is free, and its number with it, after the last one.
    package mutating func release(_ slot: Int) {
        for passed in path(to: slot) {
            slots[passed].useCount -= 1
            if slots[passed].useCount == 0 { freeSlot(passed) }
        }
    }

    private func child(_ component: NodeCondition, of slot: Int) -> Int? {
        if case .named(let name) = component { return slots[slot].children[name] }
        return edges[EdgeKey(slot: slot, condition: component)]
    }

    private mutating func makeSlot(_ component: NodeCondition, below parent: Int) -> Int {
        let slot = Slot(parent: parent, condition: component, content: empty)
        let index = freeSlots.popLast() ?? slots.count
        if index == slots.count { slots.append(slot) } else { slots[index] = slot }
        if case .named(let name) = component {
            slots[parent].children[name] = index
        } else {
            slots[index].position = slots[parent].patternChildren.count
            slots[parent].patternChildren.append(index)
            edges[EdgeKey(slot: parent, condition: component)] = index
            if component.appliesToGrandchildren { slots[parent].repeats = true }
        }
        return index
    }

    private mutating func freeSlot(_ index: Int) {
        let parent = slots[index].parent
        switch slots[index].condition {
        case .named(let name): slots[parent].children[name] = nil
        case .some(let condition):
            let last = slots[parent].patternChildren.removeLast()
            if last != index {
                slots[parent].patternChildren[slots[index].position] = last
                slots[last].position = slots[index].position
            }
            edges[EdgeKey(slot: parent, condition: condition)] = nil
            if condition.appliesToGrandchildren {
                slots[parent].repeats = slots[parent].patternChildren.contains(where: isRepeating)
            }
        case nil: break
        }
        slots[index] = Slot(parent: 0, condition: nil, content: empty)
        freeSlots.append(index)
    }
}

extension PatternTrie {
    /// The slots whose prefix fits a path, as far as the names tell.
    package mutating func slotsReached(by path: TreePath) -> [Int] {
        var reached = [0]
        var repeating: [Int] = []
        for name in path.components {
            visit += 1
            var next: [Int] = []
            for slot in reached {
                if let child = slots[slot].children[name] { reach(child, &next) }
                for child in slots[slot].patternChildren { reach(child, by: name, &next) }
            }
            for slot in repeating {
                for child in slots[slot].patternChildren where isRepeating(child) {
                    reach(child, by: name, &next)
                }
            }
            for slot in reached where slots[slot].repeats && !repeating.contains(slot) {
                repeating.append(slot)
            }
            reached = next
            if reached.isEmpty, repeating.isEmpty { break }
        }
        return reached
    }

    private func isRepeating(_ slot: Int) -> Bool {
        slots[slot].condition?.appliesToGrandchildren == true
    }

    private mutating func reach(_ slot: Int, by name: PathComponent, _ reached: inout [Int]) {
        guard slots[slot].condition?.verdict(byName: name) != .unmet else { return }
        reach(slot, &reached)
    }

    private mutating func reach(_ slot: Int, _ reached: inout [Int]) {
        guard slots[slot].visit != visit else { return }
        slots[slot].visit = visit
        reached.append(slot)
    }
}
