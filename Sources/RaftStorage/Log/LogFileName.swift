/// The name of a file in a log's directory: a word and a number in 16 hexadecimal digits.
enum LogFileName: Hashable {
    /// A file of the log; the number is its place in the chain.
    case segment(UInt64)
    /// A file of zeros or of an earlier use, ready to become a segment.
    case spare(UInt64)
    /// A spare that is not finished; removed when the directory is opened.
    case unfinished(UInt64)

    /// The file of that name, or nil if it is not one of a log.
    init?(_ name: String) {
        guard let dash = name.firstIndex(of: "-"), let dot = name.firstIndex(of: "."),
            dash < dot, let number = UInt64(name[name.index(after: dash)..<dot], radix: 16)
        else { return nil }
        let candidates: [LogFileName] = [.segment(number), .spare(number), .unfinished(number)]
        let match = candidates.first { $0.text.utf8.elementsEqual(name.utf8) }
        guard let match else { return nil }
        self = match
    }

    /// The name in the directory.
    var text: String {
        switch self {
        case .segment(let sequence): "wal-\(hexadecimal(sequence)).log"
        case .spare(let number): "spare-\(hexadecimal(number)).log"
        case .unfinished(let number): "spare-\(hexadecimal(number)).tmp"
        }
    }
}

/// Sixteen lower-case hexadecimal digits.
func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
