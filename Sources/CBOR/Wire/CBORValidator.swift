/// Checks that bytes are exactly one item that a store keeps, in core deterministic encoding.
///
/// Allowed are null, booleans, integers from −2^63 to 2^64 − 1, floating-point numbers in their
/// shortest form with one NaN, UTF-8 text, byte strings, arrays, and maps whose keys are text, each
/// once, in the order of RFC 8949 §4.2.1; nested at most ``CBORLimit/depthMaximum`` deep.
package enum CBORValidator {
    /// Checks bytes that are one item, at most `byteLimit` long; O(n), allocates nothing.
    package static func validate(
        _ bytes: UnsafeRawBufferPointer, byteLimit: Int = .max
    ) throws {
        guard bytes.count <= byteLimit else {
            throw CBORError(
                .tooLarge, at: byteLimit,
                "expected at most \(byteLimit) bytes, found \(bytes.count)")
        }
        var reader = CBORReader(bytes)
        try reader.validateItem(depth: 0)
        try reader.expectEnd()
    }

    /// Checks bytes that are one item, at most `byteLimit` long; O(n), allocates nothing.
    package static func validate(_ bytes: [UInt8], byteLimit: Int = .max) throws {
        try bytes.withUnsafeBytes { try validate($0, byteLimit: byteLimit) }
    }
}

extension CBORReader {
    /// Reads the next item and returns its bytes, checked as ``CBORValidator`` does.
    package mutating func readValidatedItem() throws -> UnsafeRawBufferPointer {
        let start = offset
        var ahead = self
        try ahead.validateItem(depth: 0)
        offset = ahead.offset
        return UnsafeRawBufferPointer(rebasing: buffer[start..<offset])
    }

    fileprivate mutating func validateItem(depth: Int) throws {
        switch try peekKind() {
        case .null, .boolean: offset &+= 1
        case .unsigned: _ = try readUnsigned()
        case .negative: _ = try readInteger(as: Int64.self)
        case .double: _ = try readDouble()
        case .text: _ = try readTextBuffer()
        case .bytes: _ = try readBytesBuffer()
        case .array:
            guard depth < CBORLimit.depthMaximum else { throw tooDeep() }
            for _ in 0..<(try readArrayHeader()) { try validateItem(depth: depth + 1) }
        case .map:
            guard depth < CBORLimit.depthMaximum else { throw tooDeep() }
            try validateMap(depth: depth)
        }
    }

    private mutating func validateMap(depth: Int) throws {
        let count = try readMapHeader()
        var previous: UnsafeRawBufferPointer?
        for _ in 0..<count {
            let start = offset
            let key = try readKey()
            if let previous {
                let order = ByteOrder.compareKeys(previous, key)
                guard order < 0 else { throw keyOutOfOrder(isDuplicate: order == 0, at: start) }
            }
            previous = key
            try validateItem(depth: depth + 1)
        }
    }

    /// Reads the key of a map entry.
    mutating func readKey() throws -> UnsafeRawBufferPointer {
        guard try peekKind() == .text else {
            throw CBORError(.unsupported, at: offset, "expected a text string as key of a map")
        }
        return try readTextBuffer()
    }

    @inline(never)
    private func keyOutOfOrder(isDuplicate: Bool, at start: Int) -> CBORError {
        isDuplicate
            ? CBORError(.duplicateKey, at: start, "expected distinct keys, found one twice")
            : CBORError(
                .notDeterministic, at: start, "expected keys in the order of RFC 8949 §4.2.1")
    }
}
