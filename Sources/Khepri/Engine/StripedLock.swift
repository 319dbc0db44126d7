import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A reader-writer lock whose readers do not touch each other's cache lines.
///
/// A reader counts itself in its thread's slot and then looks at the writer's flag; the writer
/// raises the flag and then waits until every slot is empty. Each side writes before it reads, in
/// sequentially consistent order, so at least one of the two sees the other. There is one writer at
/// a time: the thread that applies commands.
///
/// Read sections must be short, must not wait for anything, and never nest: a reader that waits
/// for the flag inside its own section would wait for ever.
@usableFromInline
final class StripedLock: Sendable {
    private static let slotCount = 64

    /// A count on a cache line (and its prefetched neighbour) of its own.
    private struct Slot: ~Copyable {
        let readers = Atomic<Int>(0)
        let padding:
            (
                UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
                UInt64,
                UInt64, UInt64, UInt64, UInt64
            ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    }

    private let slots: SlotTable
    private let writing = Atomic<Bool>(false)

    init() {
        slots = SlotTable(count: Self.slotCount)
    }

    /// The slots, allocated once and never moved.
    ///
    /// Sendable: the pointer is set once, and what it points to are atomics.
    private struct SlotTable: @unchecked Sendable {
        let base: UnsafeMutablePointer<Slot>

        init(count: Int) {
            base = .allocate(capacity: count)
            for index in 0..<count { (base + index).initialize(to: Slot()) }
        }
    }

    deinit {
        slots.base.deinitialize(count: Self.slotCount)
        slots.base.deallocate()
    }

    /// Runs `body` while no writer is in its section.
    @inline(__always)
    func withReadLock<Result: ~Copyable>(_ body: () throws -> Result) rethrows -> Result {
        let slot = enter()
        defer { leave(slot) }
        return try body()
    }

    /// Keeps writers out until ``endReading(_:)`` is called with the result, by the same thread.
    @usableFromInline
    func beginReading() -> Int { enter() }

    @usableFromInline
    func endReading(_ slot: Int) { leave(slot) }

    @inline(__always)
    private func enter() -> Int {
        let slot = Self.slot(of: Self.thisThread)
        while true {
            slots.base[slot].readers.wrappingAdd(1, ordering: .sequentiallyConsistent)
            if !writing.load(ordering: .sequentiallyConsistent) { return slot }
            leave(slot)
            waitForWriter()
        }
    }

    @inline(__always)
    private func leave(_ slot: Int) {
        slots.base[slot].readers.wrappingSubtract(1, ordering: .releasing)
    }

    /// Runs `body` while no reader is in its section; one caller at a time.
    func withWriteLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        let wasWriting = writing.exchange(true, ordering: .sequentiallyConsistent)
        precondition(!wasWriting, "two writers in the tree lock")
        for index in 0..<Self.slotCount {
            var spins = 0
            while (slots.base + index).pointee.readers.load(ordering: .sequentiallyConsistent) != 0
            {
                Self.pause(&spins)
            }
        }
        defer { writing.store(false, ordering: .releasing) }
        return try body()
    }

    @inline(never)
    private func waitForWriter() {
        var spins = 0
        while writing.load(ordering: .acquiring) { Self.pause(&spins) }
    }

    /// Spins a little, then lets another thread run: the other side may need this processor.
    private static func pause(_ spins: inout Int) {
        spins += 1
        if spins > 64 { sched_yield() }
    }

    /// Where the descriptor of the running thread is.
    @inline(__always)
    private static var thisThread: UInt {
        #if canImport(Glibc)
        UInt(pthread_self())
        #else
        UInt(bitPattern: pthread_self())
        #endif
    }

    /// The slot of a thread.
    ///
    /// Descriptors are as far apart as stacks are large, so one product would put some of them into
    /// few slots; the second one mixes what the first leaves regular.
    @inline(__always)
    static func slot(of thread: UInt) -> Int {
        let factor: UInt = 0x9E37_79B9_7F4A_7C15
        let product = (thread &>> 6) &* factor
        return Int(((product ^ (product &>> 32)) &* factor) &>> 58)
    }
}
