import CBOR

extension PayloadPattern {
    /// Whether a payload matches.
    ///
    /// - Parameter payload: One data item. Other bytes match nothing; they never trap.
    /// - Complexity: The length of the payload times one more than the members of ``all(_:)`` and
    ///   ``any(_:)``, and the ``not(_:)``, in the pattern. Nothing is decoded or allocated, except
    ///   that members of maps which are not in the order of RFC 8949 are sorted.
    package func matches(_ payload: UnsafeRawBufferPointer) -> Bool {
        var reader = CBORReader(payload)
        // Bytes that cannot be read and patterns that are too deep match nothing.
        return (try? matchesNext(in: &reader, depth: 1)) ?? false
    }

    /// Whether the next item matches; the reader is then past it, and elsewhere if it does not.
    private func matchesNext(in reader: inout CBORReader, depth: Int) throws -> Bool {
        guard depth <= TreeLimits.conditionDepthMaximum else {
            throw NodeConditionError.nestsTooDeep
        }
        switch self {
        case .anything:
            try reader.skip()
            return true
        case .exactly(let value):
            return try PayloadEquality(numbersByValue: false).holds(of: &reader, and: value)
        case .type(let type):
            guard try type == PayloadType(reader.peekKind()) else { return false }
            try reader.skip()
            return true
        case .compared(let comparison, let value):
            return try Self.holds(comparison, of: &reader, to: value)
        case .array(let elements):
            return try Self.matchesArray(elements, in: &reader, depth: depth)
        case .map(let members):
            return try Self.matchesMap(members, in: &reader, depth: depth)
        case .not(let pattern):
            var copy = reader
            guard try !pattern.matchesNext(in: &copy, depth: depth + 1) else { return false }
            try reader.skip()
            return true
        case .all(let patterns):
            var end = reader
            if patterns.isEmpty { try end.skip() }
            for pattern in patterns {
                end = reader
                guard try pattern.matchesNext(in: &end, depth: depth + 1) else { return false }
            }
            reader = end
            return true
        case .any(let patterns):
            for pattern in patterns {
                var end = reader
                guard try pattern.matchesNext(in: &end, depth: depth + 1) else { continue }
                reader = end
                return true
            }
            return false
        }
    }

    private static func matchesArray(
        _ elements: [PayloadPattern], in reader: inout CBORReader, depth: Int
    ) throws -> Bool {
        guard try reader.peekKind() == .array else { return false }
        guard try reader.readArrayHeader() == elements.count else { return false }
        for element in elements {
            guard try element.matchesNext(in: &reader, depth: depth + 1) else { return false }
        }
        return true
    }

    /// Goes through the payload's members, which are in order, and the pattern's side by side.
    private static func matchesMap(
        _ members: [Member], in reader: inout CBORReader, depth: Int
    ) throws -> Bool {
        guard try reader.peekKind() == .map else { return false }
        let count = try reader.readMapHeader()
        let members = MapKeyOrder.sorted(members, by: \.key)
        var index = 0
        for _ in 0..<count {
            let key = try reader.readTextBuffer()
            let value = reader
            var isTested = false
            while index < members.count {
                let order = MapKeyOrder.compare(key, with: members[index].key)
                if order > 0 { return false }
                if order < 0 { break }
                reader = value
                let pattern = members[index].pattern
                guard try pattern.matchesNext(in: &reader, depth: depth + 1) else { return false }
                isTested = true
                index += 1
            }
            if !isTested { try reader.skip() }
        }
        return index == members.count
    }

    private static func holds(
        _ comparison: NodeCondition.Comparison, of reader: inout CBORReader, to value: CBORValue
    ) throws -> Bool {
        switch comparison {
        case .eq:
            return try PayloadEquality(numbersByValue: true).holds(of: &reader, and: value)
        case .ne:
            var copy = reader
            guard try !PayloadEquality(numbersByValue: true).holds(of: &copy, and: value) else {
                return false
            }
            try reader.skip()
            return true
        case .lt, .le, .gt, .ge:
            let order = try PayloadOrder.compareNext(in: &reader, with: value)
            return order.map { comparison.holds($0, 0) } ?? false
        }
    }
}

extension PayloadPattern.PayloadType {
    /// The type that values of a kind have.
    init(_ kind: CBORKind) {
        self =
            switch kind {
            case .null: .null
            case .boolean: .boolean
            case .unsigned, .negative: .integer
            case .double: .double
            case .text: .string
            case .bytes: .bytes
            case .array: .array
            case .map: .object
            }
    }
}
