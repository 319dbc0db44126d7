/// Reads the items of a JSON array that is all there is in a file, some at a time.
///
/// It finds where items end and leaves it to the parser what they are: only brackets and texts are told
/// apart.
struct ArrayReader: ItemReader {
    private enum Place: Equatable {
        case beforeArray, inItem, behindArray
    }

    /// What no item that a parser takes is nested as deep as.
    private static let depthMaximum = 1_024

    private let name: String
    private var chunks: ChunkReader
    private var place = Place.beforeArray
    private var isAtEnd = false
    private var itemCount = 0
    private var item: [UInt8] = []
    private var depth = 0
    private var isInText = false
    private var isEscaped = false

    /// - Parameter name: What errors call the input.
    init(_ descriptor: Int32, name: String) {
        self.name = name
        chunks = ChunkReader(descriptor, name: name)
    }

    mutating func next() throws -> [[UInt8]]? {
        while !isAtEnd {
            guard let chunk = try chunks.next() else {
                isAtEnd = true
                switch place {
                case .beforeArray: throw failure("expected an array of operations, found nothing")
                case .inItem: throw failure("is cut off: expected ] at the end")
                case .behindArray: return nil
                }
            }
            var items: [[UInt8]] = []
            for byte in chunk { try take(byte, into: &items) }
            if !items.isEmpty { return items }
        }
        return nil
    }

    private func failure(_ message: String) -> ProgramExit {
        ProgramExit(.usage, "\(name): \(message)")
    }

    private mutating func take(_ byte: UInt8, into items: inout [[UInt8]]) throws {
        switch place {
        case .inItem where isInText:
            item.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
            }
        case .inItem: try takeOutsideTexts(byte, into: &items)
        case _ where Self.isBlank(byte): break
        case .beforeArray:
            guard byte == UInt8(ascii: "[") else {
                throw failure("expected an array of operations")
            }
            place = .inItem
        case .behindArray: throw failure("expected nothing behind the array")
        }
        guard item.count <= LineCutter.lineBytesMaximum else {
            throw failure(
                "expected an operation of at most \(LineCutter.lineBytesMaximum) bytes, found more")
        }
    }

    private mutating func takeOutsideTexts(_ byte: UInt8, into items: inout [[UInt8]]) throws {
        switch byte {
        case UInt8(ascii: ",") where depth == 0: endItem(&items)
        case UInt8(ascii: "]") where depth == 0:
            if itemCount > 0 || !item.allSatisfy(Self.isBlank) { endItem(&items) }
            place = .behindArray
        default:
            item.append(byte)
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= Self.depthMaximum else {
                    throw failure("operation \(itemCount + 1) is nested too deep")
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
        }
    }

    private mutating func endItem(_ items: inout [[UInt8]]) {
        items.append(item)
        item = []
        itemCount += 1
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        [0x20, 0x09, 0x0A, 0x0D].contains(byte)
    }
}
