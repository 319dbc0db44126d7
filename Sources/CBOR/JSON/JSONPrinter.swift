/// Prints JSON piece by piece into memory of its own.
///
/// Commas, colons, line breaks and indents are put in as needed; the caller keeps the structure:
/// in an object each ``writeKey(_:)`` is followed by one value.
package struct JSONPrinter: Sendable {
    /// How the text is laid out.
    package enum Style: Sendable {
        /// Without white space.
        case compact
        /// One element or member a line, indented by two spaces a level.
        case pretty
    }

    private let style: Style
    private var text: [UInt8] = []
    private var depth = 0
    /// Whether a comma goes before the next element or member.
    private var needsComma = false
    /// Whether the next value follows its key.
    private var isAfterKey = false

    /// Starts with empty text.
    package init(style: Style = .compact) {
        self.style = style
    }

    /// The text of one encoded item.
    ///
    /// - Throws: ``CBORError`` when the bytes are not one item in core deterministic encoding.
    package static func text(
        of cbor: UnsafeRawBufferPointer, style: Style = .compact
    ) throws -> String {
        try CBORValidator.validate(cbor)
        var printer = JSONPrinter(style: style)
        try printer.writeItem(cbor)
        return printer.finish()
    }

    /// The text of one encoded item.
    package static func text(of cbor: [UInt8], style: Style = .compact) throws -> String {
        try cbor.withUnsafeBytes { try text(of: $0, style: style) }
    }

    /// Returns the text and starts again with empty text.
    package mutating func finish() -> String {
        String(decoding: finishBytes(), as: UTF8.self)
    }

    /// Returns the text as UTF-8 and starts again with empty text, keeping the capacity.
    package mutating func finishBytes() -> [UInt8] {
        precondition(depth == 0, "every array and object is ended")
        let bytes = text
        text.removeAll(keepingCapacity: true)
        needsComma = false
        return bytes
    }

    // MARK: Structure

    /// Begins an object.
    package mutating func beginObject() {
        begin(UInt8(ascii: "{"))
    }

    /// Ends an object.
    package mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    /// Begins an array.
    package mutating func beginArray() {
        begin(UInt8(ascii: "["))
    }

    /// Ends an array.
    package mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    /// Writes the name of a member, whose value must follow.
    package mutating func writeKey(_ key: String) {
        key.withUTF8Bytes { writeKey(utf8: $0) }
    }

    mutating func writeKey(utf8: UnsafeRawBufferPointer) {
        beginValue()
        JSONText.append(utf8, to: &text)
        text.append(UInt8(ascii: ":"))
        if style == .pretty { text.append(0x20) }
        isAfterKey = true
    }

    // MARK: Scalars

    /// Writes `null`.
    package mutating func writeNull() {
        writeWord("null")
    }

    /// Writes a truth value.
    package mutating func writeBoolean(_ value: Bool) {
        writeWord(value ? "true" : "false")
    }

    /// Writes an integer.
    package mutating func writeInteger(_ value: some FixedWidthInteger) {
        writeWord(String(value))
    }

    /// Writes a floating-point number in the fewest digits that keep it, always with `.` or `e`.
    package mutating func writeDouble(_ value: Double) {
        if value.isFinite { return writeWord(value.description) }
        let name = value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity"
        beginObject()
        writeKey("$double")
        writeString(name)
        endObject()
    }

    /// Writes a string.
    package mutating func writeString(_ string: String) {
        string.withUTF8Bytes { writeString(utf8: $0) }
    }

    /// Writes a string given as UTF-8.
    package mutating func writeString(utf8: UnsafeRawBufferPointer) {
        beginValue()
        JSONText.append(utf8, to: &text)
        needsComma = true
    }

    /// Writes a byte string as `{"$bytes":"base64"}`.
    package mutating func writeBytes(_ bytes: UnsafeRawBufferPointer) {
        beginObject()
        writeKey("$bytes")
        Base64.text(of: bytes).withUnsafeBytes { writeString(utf8: $0) }
        endObject()
    }

    // MARK: Layout

    private mutating func writeWord(_ word: String) {
        beginValue()
        text.append(contentsOf: word.utf8)
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        beginValue()
        text.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(depth > 0, "every end has its begin")
        depth -= 1
        if needsComma { breakLine() }
        text.append(bracket)
        needsComma = true
    }

    /// Puts what belongs before a value or a name.
    private mutating func beginValue() {
        if isAfterKey {
            isAfterKey = false
            return
        }
        if needsComma { text.append(UInt8(ascii: ",")) }
        needsComma = false
        if depth > 0 { breakLine() }
    }

    private mutating func breakLine() {
        guard style == .pretty else { return }
        text.append(0x0A)
        for _ in 0..<depth { text.append(contentsOf: [0x20, 0x20]) }
    }
}
