import Foundation

/// The lines of a file descriptor, read ahead by a thread of its own.
///
/// Batches of lines are handed over through a bounded window, so a fast producer on the other
/// end of a pipe does not fill the memory.
struct InputLines: AsyncSequence {
    typealias Element = String

    private let batches: AsyncStream<[String]>
    private let window: Window

    /// Bounds how many batches wait; the reading thread blocks on it, no task ever does.
    fileprivate final class Window: Sendable {
        let free = DispatchSemaphore(value: 4)
    }

    /// Starts to read; the thread ends with the input.
    init(_ handle: FileHandle) {
        let (stream, continuation) = AsyncStream.makeStream(of: [String].self)
        let window = Window()
        batches = stream
        self.window = window
        Thread.detachNewThread {
            var rest: [UInt8] = []
            while let data = try? handle.read(upToCount: 1 << 16), !data.isEmpty {
                rest.append(contentsOf: data)
                guard let end = rest.lastIndex(of: 10) else { continue }
                window.free.wait()
                continuation.yield(Self.lines(of: rest[..<end]))
                rest.removeSubrange(...end)
            }
            if !rest.isEmpty { continuation.yield([String(decoding: rest, as: UTF8.self)]) }
            continuation.finish()
        }
    }

    private static func lines(of bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(separator: 10, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(batches: batches.makeAsyncIterator(), window: window)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var batches: AsyncStream<[String]>.Iterator
        fileprivate let window: Window
        private var current: ArraySlice<String> = []

        fileprivate init(batches: AsyncStream<[String]>.Iterator, window: Window) {
            self.batches = batches
            self.window = window
        }

        mutating func next() async -> String? {
            while current.isEmpty {
                guard let batch = await batches.next() else { return nil }
                window.free.signal()
                current = batch[...]
            }
            return current.removeFirst()
        }
    }
}
