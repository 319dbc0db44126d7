/// What is yet to happen, earliest first; what is due at the same instant keeps its order.
struct EventQueue<Event> {
    private struct Element {
        let time: UInt64
        let number: UInt64
        let event: Event

        func isBefore(_ other: Element) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// A binary heap.
    private var heap: [Element] = []
    private var lastNumber: UInt64 = 0

    var count: Int { heap.count }

    var nextTime: UInt64? { heap.first?.time }

    mutating func add(_ event: Event, at time: UInt64) {
        lastNumber += 1
        heap.append(Element(time: time, number: lastNumber, event: event))
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> (time: UInt64, event: Event)? {
        guard let first = heap.first else { return nil }
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[smallest]) {
                smallest = child
            }
            guard smallest != parent else { break }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
        return (first.time, first.event)
    }
}
