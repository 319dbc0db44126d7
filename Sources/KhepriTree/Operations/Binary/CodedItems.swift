package import CBOR

// Records are maps with integer keys, and unknown keys are skipped.
//
// Conditions and payload patterns are arrays that begin with a code, and are never skipped: one that
// this version does not know cannot be evaluated.

extension CBORWriter {
    /// Begins an array of a code and so many parts.
    mutating func writeHeader(_ code: UInt64, partCount: Int = 0) {
        writeArrayHeader(1 + partCount)
        writeUnsigned(code)
    }

    /// Writes the place of a value in the list of its kind.
    mutating func writeCode<Value: Equatable>(_ value: Value, of list: [Value]) {
        guard let index = list.firstIndex(of: value) else {
            preconditionFailure("every value has a code")
        }
        writeUnsigned(UInt64(index))
    }
}

extension CBORReader {
    /// Reads a map with integer keys in ascending order; the body reads or skips each value.
    package mutating func readFields(_ body: (UInt64, inout CBORReader) throws -> Void) throws {
        try readFields(try readMapHeader(), after: nil, body)
    }

    /// Reads so many fields of a map, whose integer keys go on in ascending order.
    @inline(__always)
    mutating func readFields(
        _ count: Int, after previous: UInt64?, _ body: (UInt64, inout CBORReader) throws -> Void
    ) throws {
        var previous = previous
        for _ in 0..<count {
            let key = try readUnsigned()
            if let previous, key <= previous {
                throw CommandError(.malformed, "expected keys in ascending order, found \(key)")
            }
            previous = key
            try body(key, &self)
        }
    }

    /// Begins an array of a code and parts, and returns the code and how many parts there are.
    mutating func readHeader() throws -> (code: UInt64, partCount: Int) {
        let count = try readArrayHeader()
        guard count > 0 else { throw CommandError(.malformed, "expected a code, found no item") }
        return (try readUnsigned(), count - 1)
    }

    /// Reads the place of a value in the list of its kind.
    mutating func readCode<Value>(of list: [Value]) throws -> Value {
        let index = try readUnsigned()
        guard index < UInt64(list.count) else {
            throw CommandError(.malformed, "expected a code below \(list.count), found \(index)")
        }
        return list[Int(index)]
    }

    /// Reads so many items, each by the body.
    ///
    /// The count comes from the input, so that it says nothing about how much room is needed.
    mutating func readParts<Part>(
        _ count: Int, _ body: (inout CBORReader) throws -> Part
    ) throws -> [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(min(count, 64))
        for _ in 0..<count { parts.append(try body(&self)) }
        return parts
    }
}
