/// The names of files in a log's directory.
enum LogFileName: Hashable {
    /// A file of the log: `wal-` and its sequence in 16 hexadecimal digits.
    case segment(UInt64)
    /// A file of zeros or of an earlier use, ready to become a segment.
    case spare(UInt64)
    /// Not finished; removed when the directory is opened.
    case temporary
    /// Not ours.
    case unknown

    init(_ name: String) {
        if name.hasSuffix(".tmp") {
            self = .temporary
        } else if let number = Self.number(in: name, after: "wal-") {
            self = .segment(number)
        } else if let number = Self.number(in: name, after: "spare-") {
            self = .spare(number)
        } else {
            self = .unknown
        }
    }

    /// The name of a segment.
    static func nameOfSegment(_ sequence: UInt64) -> String {
        "wal-\(hexadecimal(sequence)).log"
    }

    /// The name of a spare.
    static func nameOfSpare(_ number: UInt64) -> String {
        "spare-\(hexadecimal(number)).log"
    }

    /// The name of a spare that is being filled.
    static func nameOfTemporary(_ number: UInt64) -> String {
        "spare-\(hexadecimal(number)).tmp"
    }

    private static func number(in name: String, after prefix: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(".log") else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(4)
        guard digits.utf8.count == 16, let number = UInt64(digits, radix: 16),
            hexadecimal(number).utf8.elementsEqual(digits.utf8)
        else { return nil }
        return number
    }
}

/// Sixteen lower-case hexadecimal digits.
func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
