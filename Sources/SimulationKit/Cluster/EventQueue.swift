import RaftCore

/// Things to happen, by time; at the same time in the order in which they were added.
struct EventQueue<Element> {
    private struct Item {
        let time: Instant
        let number: UInt64
        let element: Element

        func precedes(_ other: Item) -> Bool {
            (time, number) < (other.time, other.number)
        }
    }

    // A binary heap.
    private var items: [Item] = []
    private var nextNumber: UInt64 = 0

    mutating func add(_ element: Element, at time: Instant) {
        items.append(Item(time: time, number: nextNumber, element: element))
        nextNumber += 1
        var place = items.count - 1
        while place > 0, items[place].precedes(items[(place - 1) / 2]) {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// When the first event happens.
    var firstTime: Instant? { items.first?.time }

    /// Takes the first event out.
    mutating func popFirst() -> (time: Instant, element: Element)? {
        guard let first = items.first else { return nil }
        items.swapAt(0, items.count - 1)
        items.removeLast()
        sink()
        return (first.time, first.element)
    }

    private mutating func sink() {
        var place = 0
        while true {
            let children = (2 * place + 1..<2 * place + 3).filter { $0 < items.count }
            guard let child = children.min(by: { items[$0].precedes(items[$1]) }),
                items[child].precedes(items[place])
            else { return }
            items.swapAt(place, child)
            place = child
        }
    }
}
