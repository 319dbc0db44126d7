#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads a file descriptor, some bytes at a time.
struct ChunkReader {
    private let descriptor: Int32
    private let name: String
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// - Parameter name: What errors call the input.
    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// The next bytes, as soon as there are some; nil at the end.
    mutating func next() throws -> ArraySlice<UInt8>? {
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return count > 0 ? chunk[..<count] : nil }
            guard errno == EINTR else {
                throw ProgramExit(
                    .unreachable, "cannot read \(name): \(StandardStreams.errorMessage)")
            }
        }
    }
}

/// Cuts an input into items, some at a time.
protocol ItemReader {
    /// The next items, as soon as there is one; nil at the end.
    mutating func next() throws -> [[UInt8]]?
}
