/// The text form of paths, and the array form of patterns.
enum ModelPath {
    /// The text of an absolute path: letters, digits, `-`, `_`, `~` and inner dots stand for
    /// themselves, everything else is written as `%` and two digits.
    static func text(_ path: Path) -> Text {
        if path.isEmpty { return "/" }
        var bytes: [UInt8] = []
        for name in path {
            bytes.append(UInt8(ascii: "/"))
            for (index, byte) in name.bytes.enumerated() {
                let isPlain = isLetterOrDigit(byte) || "-_~".utf8.contains(byte)
                if isPlain || (byte == UInt8(ascii: ".") && index > 0) {
                    bytes.append(byte)
                } else {
                    let digits = String(byte, radix: 16, uppercase: true)
                    bytes += ("%" + (byte < 16 ? "0" : "") + digits).utf8
                }
            }
        }
        return Text(bytes: bytes)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// The names of a path in text form, as printed or as typed.
    static func names(_ text: Text) throws -> Path {
        try pattern(.string(text)).map {
            guard case .name(let name) = $0 else { throw Failure("invalidPath") }
            return name
        }
    }

    /// A pattern in text or array form.
    static func pattern(_ json: JSON) throws -> [ModelCondition] {
        switch json {
        case .array(let components):
            guard components.count <= 64 else { throw Failure("invalidPath") }
            return try components.map { try ModelCondition($0) }
        case .string(let text):
            if text.bytes.isEmpty { throw Failure("invalidPath") }
            let isAbsolute = text.bytes.first == slash
            return try components(of: text.bytes.dropFirst(isAbsolute ? 1 : 0)).down
        default: throw Failure("invalidOperation")
        }
    }

    /// A keep-while key: relative if its text begins with a `.` or `..` component.
    static func key(_ json: JSON) throws -> (up: Int?, pattern: [ModelCondition]) {
        let first = json.text?.bytes.split(separator: slash, omittingEmptySubsequences: false)[0]
        guard let text = json.text, let first, first.elementsEqual(dot) || first.elementsEqual(dots)
        else { return (nil, try pattern(json)) }
        let (up, down) = try components(of: text.bytes[...])
        return (up, down)
    }

    private static func components(of text: ArraySlice<UInt8>) throws
        -> (up: Int, down: [ModelCondition])
    {
        var (up, down) = (0, [ModelCondition]())
        var pieces = text.split(separator: slash, omittingEmptySubsequences: false)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        for piece in pieces {
            if piece.elementsEqual(dots) {
                if down.popLast() == nil { up += 1 }
            } else if !piece.elementsEqual(dot) {
                down.append(try component(piece))
            }
        }
        guard down.count <= 64 else { throw Failure("invalidPath") }
        return (up, down)
    }

    private static func component(_ piece: ArraySlice<UInt8>) throws -> ModelCondition {
        if piece.elementsEqual("*".utf8) { return .wildcard(deep: false) }
        if piece.elementsEqual("**".utf8) { return .wildcard(deep: true) }
        let parts = try piece.split(separator: star, omittingEmptySubsequences: false).map(decoded)
        return parts.count == 1
            ? .name(try checked(parts[0])) : .matches(ModelRegex(glob: parts), deep: false)
    }

    private static func decoded(_ piece: ArraySlice<UInt8>) throws -> Text {
        var (bytes, rest) = ([UInt8](), piece)
        while let byte = rest.popFirst() {
            guard byte == percent else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard let value = UInt8(digits, radix: 16), digits.utf8.allSatisfy(isLetterOrDigit),
                digits.utf8.count == 2
            else { throw Failure("invalidPath") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return Text(bytes: bytes)
    }

    /// The name, if it is one: 1 to 255 bytes.
    static func checked(_ name: Text) throws -> Text {
        guard (1...255).contains(name.bytes.count) else { throw Failure("invalidPath") }
        return name
    }

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let percent = UInt8(ascii: "%")
    private static let dot = ".".utf8
    private static let dots = "..".utf8
}
