/// The text form of a path, read piece by piece: split at `/` first, then each piece is decoded once.
///
/// What a wildcard or `..` means is for the caller to say; this type knows the alphabet only.
struct PathText {
    /// A component as it stands in the text.
    enum Piece {
        /// `.`
        case current
        /// `..`
        case parent
        /// Anything else: its bytes before decoding, and whether `%` and `*` occur among them.
        case name(RawName)
    }

    /// The bytes of a component before decoding.
    struct RawName {
        let bytes: UnsafeBufferPointer<UInt8>
        /// Where the bytes begin in the whole text.
        let position: Int
        let isEscaped: Bool
        let hasStar: Bool
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int

    /// Begins to read after a leading `/`.
    ///
    /// - Throws: ``PathError`` when the text does not begin with `/`.
    init(absolute bytes: UnsafeBufferPointer<UInt8>) throws {
        guard bytes.first == Self.slash else {
            throw PathError(
                .missingLeadingSlash, "expected a path that begins with /, as in /stock/wood",
                position: 0)
        }
        self.bytes = bytes
        position = 1
    }

    /// Begins to read after a leading `/` if there is one.
    ///
    /// - Throws: ``PathError`` when the text is empty.
    init(fromRoot bytes: UnsafeBufferPointer<UInt8>) throws {
        guard !bytes.isEmpty else {
            throw PathError(.emptyName, "expected a path, found an empty text", position: 0)
        }
        self.bytes = bytes
        position = bytes.first == Self.slash ? 1 : 0
    }

    /// The number of pieces, or one more where the text ends in `/`.
    var pieceCountMaximum: Int {
        var count = 1
        for byte in bytes where byte == Self.slash { count += 1 }
        return min(count, TreeLimits.pathComponentsMaximum)
    }

    /// The next piece, or nil at the end of the text.
    ///
    /// - Throws: ``PathError`` when there is nothing between two slashes.
    mutating func next() throws -> Piece? {
        guard position < bytes.count else { return nil }
        let start = position
        var isEscaped = false
        var hasStar = false
        while position < bytes.count, bytes[position] != Self.slash {
            isEscaped = isEscaped || bytes[position] == Self.percent
            hasStar = hasStar || bytes[position] == Self.star
            position += 1
        }
        let piece = UnsafeBufferPointer(rebasing: bytes[start..<position])
        position += 1
        switch (piece.count, piece.first) {
        case (0, _):
            throw PathError(
                .emptyName, "expected a name between two slashes, found none", position: start)
        case (1, Self.dot):
            return .current
        case (2, Self.dot) where piece[1] == Self.dot:
            return .parent
        default:
            return .name(
                RawName(bytes: piece, position: start, isEscaped: isEscaped, hasStar: hasStar))
        }
    }
}

extension PathText {
    static let slash = UInt8(ascii: "/")
    static let percent = UInt8(ascii: "%")
    static let star = UInt8(ascii: "*")
    static let dot = UInt8(ascii: ".")
}

extension PathText.RawName {
    /// The name these bytes stand for.
    ///
    /// - Throws: ``PathError`` when it is too long or an escape is malformed.
    func component() throws -> PathComponent {
        do {
            guard isEscaped else { return try PathComponent(wellFormed: bytes) }
            return try PathComponent(utf8: decoded())
        } catch let error as PathError {
            throw PathError(error.code, error.message, position: error.position ?? position)
        }
    }

    /// The bytes with every `%` and its two hexadecimal digits replaced by the byte they stand for.
    func decoded() throws -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == PathText.percent {
                result.append(try decodedByte(at: index))
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// The byte that the escape at `index` stands for.
    func decodedByte(at index: Int) throws -> UInt8 {
        guard index + 2 < bytes.count,
            let high = Self.digit(bytes[index + 1]),
            let low = Self.digit(bytes[index + 2])
        else {
            throw PathError(
                .malformedPercentEncoding,
                "expected two hexadecimal digits after %; a literal % is written %25",
                position: position + index)
        }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
