import Foundation

extension JSON {
    /// The value that a text stands for: `$bytes`, `$double` and `$literal` objects replaced.
    init(decoding json: JSON) throws {
        switch json {
        case .array(let elements): self = .array(try elements.map { try JSON(decoding: $0) })
        case .object(let members):
            switch (json.onlyMember?.key, json.onlyMember?.value) {
            case ("$bytes", .string(let base64)):
                guard let data = Data(base64Encoded: base64.description) else {
                    throw Failure("invalidOperation")
                }
                self = .bytes(Array(data))
            case ("$double", "NaN"): self = .double(.nan)
            case ("$double", "Infinity"): self = .double(.infinity)
            case ("$double", "-Infinity"): self = .double(-.infinity)
            case ("$literal", .object(let inner)): self = .object(try JSON.decoded(inner))
            case (let key?, _) where key.bytes.first == UInt8(ascii: "$"):
                throw Failure("invalidOperation")
            default: self = .object(try JSON.decoded(members))
            }
        default: self = json
        }
    }

    private static func decoded(_ members: [Member]) throws -> [Member] {
        try members.map { Member(key: $0.key, value: try JSON(decoding: $0.value)) }
    }

    /// The text of a value, the inverse of ``init(decoding:)``.
    var encoded: JSON {
        switch self {
        case .bytes(let bytes):
            return .object(["$bytes": .string(Text(Data(bytes).base64EncodedString()))])
        case .double(let bits):
            let value = Double(bitPattern: bits)
            if value.isFinite { return self }
            let name: JSON = value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity"
            return .object(["$double": name])
        case .array(let elements): return .array(elements.map(\.encoded))
        case .object(let members):
            let object = JSON.object(
                members.map { Member(key: $0.key, value: $0.value.encoded) })
            let needsMark = onlyMember?.key.bytes.first == UInt8(ascii: "$")
            return needsMark ? .object(["$literal": object]) : object
        default: return self
        }
    }

    /// Whether this value matches a payload pattern.
    func matches(_ pattern: JSON) -> Bool {
        switch pattern {
        case .array(let patterns):
            guard case .array(let elements) = self, elements.count == patterns.count else {
                return false
            }
            return zip(elements, patterns).allSatisfy { $0.matches($1) }
        case .object(let members):
            let member = pattern.onlyMember
            guard let member, member.key.bytes.first == UInt8(ascii: "$") else {
                return matches(atLeast: members)
            }
            return matches(member.key, member.value)
        default: return self == pattern
        }
    }

    private func matches(atLeast members: [Member]) -> Bool {
        guard case .object = self else { return false }
        return members.allSatisfy { self[$0.key]?.matches($0.value) ?? false }
    }

    private func matches(_ operation: Text, _ operand: JSON) -> Bool {
        switch operation {
        case "$any": return true
        case "$type": return operand == .string(typeName)
        case "$and": return operand.array?.allSatisfy { matches($0) } ?? false
        case "$or": return operand.array?.contains { matches($0) } ?? false
        case "$not": return !matches(operand)
        case "$literal":
            guard case .object(let members) = operand else { return false }
            return matches(atLeast: members)
        case "$bytes", "$double":
            return self == (try? JSON(decoding: .object([operation: operand])))
        default:
            guard let other = try? JSON(decoding: operand) else { return false }
            if operation == "$eq" { return isEqualByValue(to: other) }
            if operation == "$ne" { return !isEqualByValue(to: other) }
            return Text(bytes: operation.bytes.dropFirst()).holds(orderedAgainst: other, self)
        }
    }

    /// Equality where `1` equals `1.0`, at any depth, and NaN nothing.
    private func isEqualByValue(to other: JSON) -> Bool {
        switch (self, other) {
        case (.array(let left), .array(let right)):
            return left.count == right.count
                && zip(left, right).allSatisfy { $0.isEqualByValue(to: $1) }
        case (.object(let left), .object(let right)):
            return left.map(\.key) == right.map(\.key)
                && zip(left, right).allSatisfy { $0.value.isEqualByValue(to: $1.value) }
        case (.double, _), (_, .double): return order(against: other) == 0
        default: return self == other
        }
    }

    /// -1, 0 or 1 for two numbers, texts or byte strings; nil where there is no order.
    fileprivate func order(against other: JSON) -> Int? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)):
            return left < right ? -1 : left == right ? 0 : 1
        case (.double(let left), .double(let right)):
            return JSON.order(Double(bitPattern: left), Double(bitPattern: right))
        case (.integer(let left), .double(let right)):
            return JSON.order(left, Double(bitPattern: right))
        case (.double(let left), .integer(let right)):
            return JSON.order(right, Double(bitPattern: left)).map { -$0 }
        case (.string(let left), .string(let right)):
            return left < right ? -1 : left == right ? 0 : 1
        case (.bytes(let left), .bytes(let right)):
            return Text(bytes: left) < Text(bytes: right) ? -1 : left == right ? 0 : 1
        default: return nil
        }
    }

    private static func order(_ left: Double, _ right: Double) -> Int? {
        left < right ? -1 : left == right ? 0 : left > right ? 1 : nil
    }

    /// The order of the exact values.
    private static func order(_ left: Int128, _ right: Double) -> Int? {
        if right.isNaN { return nil }
        if right.magnitude > 1e30 { return right > 0 ? -1 : 1 }
        let floor = Int128(right.rounded(.down))
        if left != floor { return left < floor ? -1 : 1 }
        return right == right.rounded(.down) ? 0 : -1
    }

    /// The name of the type in patterns.
    var typeName: Text {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension Text {
    fileprivate func holds(orderedAgainst other: JSON, _ value: JSON) -> Bool {
        value.order(against: other).map { holds($0) } ?? false
    }
}
