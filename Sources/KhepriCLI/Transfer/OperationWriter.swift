/// Writes the lines of an export to a file, or makes an array of them.
struct OperationWriter {
    private static let newline = UInt8(ascii: "\n")

    private let output: OutputFile
    private let asArray: Bool
    private let progress: (Int) -> Void
    /// How many lines have ended, with the header.
    private var lineCount = 0
    /// Whether an operation has begun whose end is in the next piece.
    private var isInLine = false

    /// - Parameter progress: Called with the number of operations written so far.
    init(to output: OutputFile, asArray: Bool, progress: @escaping (Int) -> Void) {
        self.output = output
        self.asArray = asArray
        self.progress = progress
    }

    /// How many operations there are.
    var count: Int { max(lineCount - 1, 0) }

    /// Writes a piece.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        try output.write(asArray ? elements(bytes) : Array(bytes))
        lineCount += bytes.count { $0 == Self.newline }
        progress(count)
    }

    /// Writes what is behind the last line.
    mutating func end() throws {
        if asArray { try output.write(Array("\n]\n".utf8)) }
    }

    /// The piece as a part of an array: a bracket for the header, and commas between operations.
    private mutating func elements(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var lines = lineCount
        var elements: [UInt8] = []
        elements.reserveCapacity(bytes.count + 16)
        for byte in bytes {
            if byte == Self.newline {
                lines += 1
                isInLine = false
                if lines == 1 { elements += "[\n".utf8 }
            } else if lines > 0 {
                if lines > 1, !isInLine { elements += ",\n".utf8 }
                isInLine = true
                elements.append(byte)
            }
        }
        return elements
    }
}
