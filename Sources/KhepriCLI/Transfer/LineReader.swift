import KhepriTree

/// Reads the lines of a file descriptor, some at a time.
///
/// Lines are bytes: what is no UTF-8 is for the parser to refuse and never replaced here.
struct LineReader: ItemReader {
    private var chunks: ChunkReader
    private var lines = LineCutter()
    private var isAtEnd = false

    /// - Parameter name: What errors call the input.
    init(_ descriptor: Int32, name: String) {
        chunks = ChunkReader(descriptor, name: name)
    }

    /// The next lines, without their ends, as soon as there is one; nil at the end.
    mutating func next() throws -> [[UInt8]]? {
        while !isAtEnd {
            guard let chunk = try chunks.next() else {
                isAtEnd = true
                return lines.rest.isEmpty ? nil : [lines.rest]
            }
            let lines = lines.take(chunk)
            if !lines.isEmpty { return lines }
        }
        return nil
    }
}

/// Cuts pieces of a text that may begin and end anywhere into lines.
struct LineCutter {
    /// The longest line; of a longer one the rest is dropped.
    static let lineBytesMaximum = 64 << 20

    /// What follows the last end of a line.
    private(set) var rest: [UInt8] = []

    /// The lines that end in the next piece, without their ends.
    mutating func take(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for piece in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            // A line of one byte too many is kept, so that the parser can tell.
            rest.append(contentsOf: piece.prefix(Self.lineBytesMaximum + 1 - rest.count))
            guard piece.endIndex < bytes.endIndex else { break }
            lines.append(rest)
            rest = []
        }
        return lines
    }
}

extension OperationLine {
    /// Reads a line; nil for one that is empty.
    ///
    /// - Throws: ``OperationError``.
    static func reading(_ line: [UInt8]) throws -> OperationLine? {
        guard line.count <= LineCutter.lineBytesMaximum else {
            throw OperationError(
                .invalidOperation,
                "expected a line of at most \(LineCutter.lineBytesMaximum) bytes, found more")
        }
        let isBlank = line.allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
        return isBlank ? nil : try line.withUnsafeBytes { try OperationLine($0) }
    }
}
