// Errors are built out of line: the reads that succeed stay small.
extension CBORReader {
    @inline(never)
    func truncated() -> CBORError {
        CBORError(.truncated, at: offset, "expected more bytes, found the end of the input")
    }

    @inline(never)
    func tooManyItems(_ count: UInt64) -> CBORError {
        CBORError(
            .truncated, at: offset,
            "expected \(count) items or bytes after the header, found the end of the input")
    }

    @inline(never)
    func unexpected(_ wanted: StaticString) -> CBORError {
        guard offset < buffer.count else { return truncated() }
        guard let kind = try? peekKind() else { return unsupported() }
        return CBORError(.unexpectedKind, at: offset, "expected \(wanted), found \(kind.noun)")
    }

    @inline(never) @usableFromInline
    func outOfRange(_ wanted: String) -> CBORError {
        CBORError(.outOfRange, at: offset, "expected \(wanted), found another")
    }

    @inline(never)
    func invalidText() -> CBORError {
        CBORError(.invalidText, at: offset, "expected UTF-8 in a text string")
    }

    @inline(never)
    func notShortest() -> CBORError {
        CBORError(.notDeterministic, at: offset, "expected the shortest form, found a longer one")
    }

    @inline(never)
    func tooDeep() -> CBORError {
        CBORError(
            .tooDeep, at: offset,
            "expected at most \(CBORLimit.depthMaximum) nested arrays and maps, found more")
    }

    @inline(never)
    func unsupported() -> CBORError {
        let initial = buffer[offset]
        let found =
            switch (initial >> 5, initial & 31) {
            case (6, _): "a tag"
            case (2...5, 31): "an indefinite length"
            case (7, 31): "a break"
            case (_, 28...31): "a reserved initial byte"
            default: "another simple value"
            }
        let isReserved = initial & 31 >= 28 && initial & 31 != 31
        return CBORError(
            isReserved ? .malformed : .unsupported, at: offset,
            "expected null, a boolean, a number, a string, an array or a map, found \(found)")
    }
}

extension CBORKind {
    /// The kind with its article, for messages.
    var noun: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .unsigned: "an unsigned integer"
        case .negative: "a negative integer"
        case .double: "a floating-point number"
        case .text: "a text string"
        case .bytes: "a byte string"
        case .array: "an array"
        case .map: "a map"
        }
    }
}
