extension JSON: CustomStringConvertible {
    /// The value on one line, without spaces.
    var description: String {
        var text = ""
        print(into: &text)
        return text
    }

    private func print(into text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .double(let bits): text += "\(Double(bitPattern: bits))"
        case .string(let value): JSON.print(value, into: &text)
        case .bytes(let value): text += "bytes\(value)"
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.print(into: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                JSON.print(member.key, into: &text)
                text += ":"
                member.value.print(into: &text)
            }
            text += "}"
        }
    }

    private static func print(_ value: Text, into text: inout String) {
        text += "\""
        for scalar in value.description.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
