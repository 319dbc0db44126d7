extension JSONValue {
    /// The data that this JSON stands for.
    ///
    /// An object whose only member has a name that begins with `$` is `{"$bytes":"base64"}`,
    /// `{"$double":"NaN|Infinity|-Infinity"}` or `{"$literal":{…}}`, which stands for the object
    /// inside; any other is refused.
    ///
    /// - Throws: ``CBORError`` with the byte offset in the text where there is one.
    package func cborValue() throws -> CBORValue {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .unsigned(let value): .unsigned(value)
        case .negative(let value): .negative(value)
        case .double(let value): .double(value)
        case .string(let text): .text(text)
        case .array(let elements): .array(try elements.map { try $0.cborValue() })
        case .object(let members):
            if let member = operatorMember {
                try Self.interpreted(member)
            } else {
                try Self.map(members)
            }
        }
    }

    private static func map(_ members: [JSONMember]) throws -> CBORValue {
        .map(try members.map { CBORMapEntry(key: $0.key, value: try $0.value.cborValue()) })
    }

    private static func interpreted(_ member: JSONMember) throws -> CBORValue {
        switch (member.key, member.value) {
        case ("$literal", .object(let members)):
            return try map(members)
        case ("$bytes", .string(let text)):
            if let bytes = Base64.bytes(of: text.string) { return .bytes(bytes) }
        case ("$double", .string("NaN")): return .double(.nan)
        case ("$double", .string("Infinity")): return .double(.infinity)
        case ("$double", .string("-Infinity")): return .double(-.infinity)
        default: break
        }
        throw CBORError(.malformed, at: member.offset, expectation(for: member.key))
    }

    private static func expectation(for key: CBORText) -> String {
        switch key {
        case "$literal": #"expected {"$literal":{…}}, found no object inside"#
        case "$bytes": #"expected {"$bytes":"…"} with padded base 64 inside"#
        case "$double": #"expected "NaN", "Infinity" or "-Infinity" in {"$double":"…"}"#
        default:
            #"expected $bytes, $double or $literal, found another only member with '$'; "#
                + #"write data as {"$literal":{…}}"#
        }
    }
}
