extension PathComponent {
    /// Appends the name as it is written in a path.
    func appendText(to text: inout String) {
        withUTF8 { bytes in
            if bytes.count <= 2 && bytes.allSatisfy({ $0 == PathText.dot }) {
                text += bytes.count == 1 ? "%2E" : "%2E%2E"
            } else {
                PathText.appendEscaped(bytes, to: &text)
            }
        }
    }
}

extension PathText {
    /// Appends characters of a name with `/`, `%`, `*` and control characters escaped; everything else
    /// stays readable.
    static func appendEscaped(_ name: some Collection<UInt8>, to text: inout String) {
        guard name.contains(where: needsLook) else {
            text += String(decoding: name, as: UTF8.self)
            return
        }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(name.count + 8)
        let bytes = Array(name)
        for index in bytes.indices {
            if isEscaped(bytes, at: index) {
                escaped += [percent, digit(bytes[index] >> 4), digit(bytes[index] & 15)]
            } else {
                escaped.append(bytes[index])
            }
        }
        text += String(decoding: escaped, as: UTF8.self)
    }

    /// Whether a byte may have to be escaped, whatever stands beside it.
    private static func needsLook(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x7F, slash, percent, star, 0xC2: true
        default: false
        }
    }

    /// Whether the byte belongs to a character that is escaped; the control characters beyond ASCII,
    /// U+0080 to U+009F, are 0xC2 and one of 0x80 to 0x9F.
    private static func isEscaped(_ bytes: [UInt8], at index: Int) -> Bool {
        switch bytes[index] {
        case 0xC2: index + 1 < bytes.count && bytes[index + 1] < 0xA0
        case 0x80..<0xA0: index > 0 && bytes[index - 1] == 0xC2
        default: needsLook(bytes[index])
        }
    }

    /// The upper-case hexadecimal digit of a number below 16.
    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
