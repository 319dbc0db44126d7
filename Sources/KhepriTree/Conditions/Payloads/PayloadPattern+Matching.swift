import CBOR

extension PayloadPattern {
    /// Whether a payload matches.
    ///
    /// - Parameter payload: One data item. Other bytes never trap, and match only as far as they are
    ///   looked at.
    /// - Complexity: The length of the payload times its depth, times one more than the members of
    ///   ``all(_:)`` and ``any(_:)``, and the ``not(_:)``, in the pattern. Nothing is decoded or
    ///   allocated, except that members which are not in the order of RFC 8949 are sorted.
    package func matches(_ payload: UnsafeRawBufferPointer) -> Bool {
        // Where bytes cannot be read or the pattern is too deep, nothing matches.
        (try? matchesNext(in: CBORReader(payload), depth: 1)) ?? false
    }

    /// Whether the next item of a reader, which is not moved, matches.
    private func matchesNext(in reader: CBORReader, depth: Int) throws -> Bool {
        guard depth <= TreeLimits.conditionDepthMaximum else {
            throw NodeConditionError.nestsTooDeep
        }
        switch self {
        case .anything:
            return true
        case .exactly(let value):
            return try PayloadEquality(numbersByValue: false).holds(in: reader, and: value)
        case .type(let type):
            return try type == PayloadType(reader.peekKind())
        case .compared(.eq, let value):
            return try PayloadEquality(numbersByValue: true).holds(in: reader, and: value)
        case .compared(.ne, let value):
            return try !PayloadEquality(numbersByValue: true).holds(in: reader, and: value)
        case .compared(let comparison, let value):
            let order = try PayloadOrder.compareNext(in: reader, with: value)
            return order.map { comparison.holds($0, 0) } ?? false
        case .array(let elements):
            return try Self.matchesArray(elements, in: reader, depth: depth)
        case .map(let members):
            return try Self.matchesMap(members, in: reader, depth: depth)
        case .not(let pattern):
            return try !pattern.matchesNext(in: reader, depth: depth + 1)
        case .all(let patterns):
            return try patterns.allSatisfy { try $0.matchesNext(in: reader, depth: depth + 1) }
        case .any(let patterns):
            return try patterns.contains { try $0.matchesNext(in: reader, depth: depth + 1) }
        }
    }

    private static func matchesArray(
        _ elements: [PayloadPattern], in start: CBORReader, depth: Int
    ) throws -> Bool {
        var reader = start
        guard try reader.peekKind() == .array else { return false }
        guard try reader.readArrayHeader() == elements.count else { return false }
        for element in elements {
            guard try element.matchesNext(in: reader, depth: depth + 1) else { return false }
            try reader.skip()
        }
        return true
    }

    /// Goes through the payload's members, which are in order, and the pattern's side by side.
    private static func matchesMap(
        _ members: [Member], in start: CBORReader, depth: Int
    ) throws -> Bool {
        var reader = start
        guard try reader.peekKind() == .map else { return false }
        var remaining = try reader.readMapHeader()
        let members = MapKeyOrder.sorted(members, by: \.key)
        var index = 0
        while index < members.count, remaining > 0 {
            remaining -= 1
            let key = try reader.readTextBuffer()
            while index < members.count {
                let order = MapKeyOrder.compare(key, with: members[index].key)
                if order > 0 { return false }
                if order < 0 { break }
                let pattern = members[index].pattern
                guard try pattern.matchesNext(in: reader, depth: depth + 1) else { return false }
                index += 1
            }
            try reader.skip()
        }
        return index == members.count
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
