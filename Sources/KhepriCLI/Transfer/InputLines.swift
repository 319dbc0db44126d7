import Foundation

/// The lines of the standard input, read ahead by a thread of its own.
///
/// Lines are handed over through a bounded window, so that a fast producer on the other end of a pipe
/// does not fill the memory.
struct InputLines: AsyncSequence {
    typealias Element = [UInt8]

    private let batches: AsyncThrowingStream<[[UInt8]], any Error>
    /// Counts the batches that may be handed over.
    ///
    /// It begins at zero: a semaphore may not be freed
    /// below the value it was made with.
    private let window = DispatchSemaphore(value: 0)

    /// Starts to read; the thread ends with the input.
    init() {
        for _ in 0..<4 { window.signal() }
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [[UInt8]].self)
        batches = stream
        // No task ever waits for the window, the reading thread does.
        let window = window
        Thread.detachNewThread {
            var reader = LineReader(0, name: "the input")
            do {
                while let lines = try reader.next() {
                    window.wait()
                    continuation.yield(lines)
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(batches: batches.makeAsyncIterator(), window: window)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var batches: AsyncThrowingStream<[[UInt8]], any Error>.Iterator
        fileprivate let window: DispatchSemaphore
        private var current: ArraySlice<[UInt8]> = []

        fileprivate init(
            batches: AsyncThrowingStream<[[UInt8]], any Error>.Iterator, window: DispatchSemaphore
        ) {
            self.batches = batches
            self.window = window
        }

        mutating func next() async throws -> [UInt8]? {
            while current.isEmpty {
                guard let batch = try await batches.next() else { return nil }
                window.signal()
                current = batch[...]
            }
            return current.removeFirst()
        }
    }
}
