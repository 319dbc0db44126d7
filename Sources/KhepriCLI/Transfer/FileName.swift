import KhepriTree

/// Node names as file names, both ways without loss.
///
/// A file system allows every byte in a name but NUL and `/`, and gives `.` and `..` a meaning of
/// their own. Those, and the escape `%` itself, are written `%XX`. A name such as `%value`, whose
/// `%` begins no escape, is therefore never the name of a node and is free for the exporter.
enum FileName {
    /// The file that holds the payload of a node that has children too, if it is text or bytes.
    static let payload = Array("%value".utf8)
    /// Ends the name of a file whose contents are JSON and not the payload itself.
    static let jsonSuffix = Array("%.json".utf8)
    /// Begins the name of a directory whose node's name is too long for a file name, and which
    /// holds it in the file ``longName``.
    static let longPrefix = Array("%long-".utf8)
    /// The file that holds a long name.
    static let longName = Array("%name".utf8)
    /// The file that is in a directory while an export goes on.
    static let unfinished = Array("%unfinished".utf8)

    /// The longest name that common file systems take, in bytes.
    static let bytesMaximum = 255

    /// Whether a file holds the payload of the node that its directory stands for.
    static func isPayload(_ name: [UInt8]) -> Bool {
        name == payload || name == payload + jsonSuffix
    }

    static func encode(_ name: PathComponent) -> [UInt8] {
        var result: [UInt8] = []
        name.withUTF8 { bytes in
            let isDots = bytes.allSatisfy { $0 == UInt8(ascii: ".") } && bytes.count <= 2
            for byte in bytes {
                if byte == 0 || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%") || isDots {
                    result.append(UInt8(ascii: "%"))
                    result.append(digit(byte >> 4))
                    result.append(digit(byte & 15))
                } else {
                    result.append(byte)
                }
            }
        }
        return result
    }

    /// The node name that a file name stands for; a `%` that begins no escape stands for itself.
    static func decode(_ bytes: some Collection<UInt8>) throws -> PathComponent {
        let bytes = Array(bytes)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = value(bytes[index + 1]), let low = value(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return try PathComponent(utf8: result)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension [UInt8] {
    /// Whether the last bytes are these.
    func hasSuffix(_ suffix: [UInt8]) -> Bool {
        self.suffix(suffix.count).elementsEqual(suffix)
    }
}
