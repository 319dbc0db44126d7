/// Strings as JSON writes them.
enum JSONText {
    /// Appends a string in quotation marks, with control characters (C0, DEL and C1) escaped.
    static func append(_ utf8: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        var plain = 0
        for index in utf8.indices where needsEscape(utf8, index) {
            text.append(contentsOf: utf8[plain..<index])
            plain = appendEscape(utf8, index, to: &text)
        }
        text.append(contentsOf: utf8[plain...])
        text.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ utf8: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        switch utf8[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: true
        case 0xC2: index + 1 < utf8.count && utf8[index + 1] < 0xA0
        default: false
        }
    }

    /// Appends the escape of one character and returns where the next one begins.
    private static func appendEscape(
        _ utf8: UnsafeRawBufferPointer, _ index: Int, to text: inout [UInt8]
    ) -> Int {
        text.append(UInt8(ascii: "\\"))
        let byte = utf8[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(byte)
        case 0x08: text.append(UInt8(ascii: "b"))
        case 0x09: text.append(UInt8(ascii: "t"))
        case 0x0A: text.append(UInt8(ascii: "n"))
        case 0x0C: text.append(UInt8(ascii: "f"))
        case 0x0D: text.append(UInt8(ascii: "r"))
        case 0xC2:
            appendCode(utf8[index + 1], to: &text)
            return index + 2
        default: appendCode(byte, to: &text)
        }
        return index + 1
    }

    private static func appendCode(_ code: UInt8, to text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        text.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
        text.append(digits[Int(code >> 4)])
        text.append(digits[Int(code & 0x0F)])
    }
}
