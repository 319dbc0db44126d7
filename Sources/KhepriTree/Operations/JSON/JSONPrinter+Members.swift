package import CBOR

extension JSONPrinter {
    /// Writes a member with a text.
    package mutating func writeMember(_ key: String, _ value: String) {
        writeKey(key)
        writeString(value)
    }

    /// Writes a member with a truth value.
    package mutating func writeMember(_ key: String, _ value: Bool) {
        writeKey(key)
        writeBoolean(value)
    }

    /// Writes a member with a number.
    package mutating func writeMember(_ key: String, _ value: some FixedWidthInteger) {
        writeKey(key)
        writeInteger(value)
    }

    /// Writes an array, each element by the body.
    package mutating func writeArray<Element>(
        _ elements: some Sequence<Element>, _ body: (Element, inout JSONPrinter) -> Void
    ) {
        beginArray()
        for element in elements { body(element, &self) }
        endArray()
    }
}
