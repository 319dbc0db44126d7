import RaftCore

/// Things to happen, by time; at the same time in the order in which they were added.
struct EventQueue<Element> {
    private struct Item {
        let time: Instant
        let number: UInt64
        /// Where the element is.
        let place: Int

        func precedes(_ other: Item) -> Bool {
            (time, number) < (other.time, other.number)
        }
    }

    // A binary heap. The elements, which are large, stay where they are.
    private var heap: [Item] = []
    private var elements: [Element?] = []
    private var freePlaces: [Int] = []
    private var nextNumber: UInt64 = 0

    mutating func add(_ element: Element, at time: Instant) {
        let item = Item(time: time, number: nextNumber, place: store(element))
        nextNumber += 1
        var child = heap.count
        heap.append(item)
        while child > 0, item.precedes(heap[(child - 1) / 2]) {
            heap[child] = heap[(child - 1) / 2]
            child = (child - 1) / 2
        }
        heap[child] = item
    }

    private mutating func store(_ element: Element) -> Int {
        guard let place = freePlaces.popLast() else {
            elements.append(element)
            return elements.count - 1
        }
        elements[place] = element
        return place
    }

    /// When the first event happens.
    var firstTime: Instant? { heap.first?.time }

    /// Takes the first event out.
    mutating func popFirst() -> (time: Instant, element: Element)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty { sink(last) }
        freePlaces.append(first.place)
        guard let element = elements[first.place].take() else {
            preconditionFailure("what is in the heap has an element")
        }
        return (first.time, element)
    }

    /// Puts an item in the place of the first one.
    private mutating func sink(_ item: Item) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard child < heap.count, heap[child].precedes(item) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = item
    }
}
