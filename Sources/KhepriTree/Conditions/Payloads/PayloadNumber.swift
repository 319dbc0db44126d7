import CBOR

/// A number of a payload, compared by value without ever being rounded.
enum PayloadNumber {
    case unsigned(UInt64)
    /// Below zero.
    case negative(Int64)
    case double(Double)

    /// The number that a value is, nil if it is none.
    init?(_ value: CBORValue) {
        switch value {
        case .unsigned(let integer): self = .unsigned(integer)
        case .negative(let integer): self = .negative(integer)
        case .double(let double): self = .double(double)
        default: return nil
        }
    }

    /// Reads the next item, nil (and nothing is read) if it is no number.
    init?(next reader: inout CBORReader) throws {
        switch try reader.peekKind() {
        case .unsigned: self = .unsigned(try reader.readUnsigned())
        case .negative: self = .negative(try reader.readInteger())
        case .double: self = .double(try reader.readDouble())
        default: return nil
        }
    }

    /// Negative, zero or positive as this number is less than, equal to or greater than another;
    /// nil when one is NaN.
    func compare(with other: PayloadNumber) -> Int? {
        switch (self, other) {
        case (.double(let left), .double(let right)):
            left.isNaN || right.isNaN ? nil : Self.compare(left, right)
        case (.double(let left), _):
            other.compareInteger(with: left).map { -$0 }
        case (_, .double(let right)):
            compareInteger(with: right)
        case (.unsigned(let left), .unsigned(let right)): Self.compare(left, right)
        case (.negative(let left), .negative(let right)): Self.compare(left, right)
        case (.unsigned, .negative): 1
        case (.negative, .unsigned): -1
        }
    }

    /// Compares an integer with a double: first with its whole part, which an integer type holds
    /// exactly once the double is in its range, then with its fraction.
    ///
    /// - Precondition: This is an integer.
    private func compareInteger(with double: Double) -> Int? {
        if double.isNaN { return nil }
        switch self {
        case .unsigned(let integer):
            if double < 0 { return 1 }
            if double >= 0x1p64 { return -1 }
            let whole = UInt64(double)
            return integer == whole
                ? Self.compare(Double(whole), double) : Self.compare(integer, whole)
        case .negative(let integer):
            if double >= 0 { return -1 }
            if double < -0x1p63 { return 1 }
            let whole = Int64(double)
            return integer == whole
                ? Self.compare(Double(whole), double) : Self.compare(integer, whole)
        case .double:
            preconditionFailure("the left number is an integer")
        }
    }

    private static func compare<Number: Comparable>(_ lhs: Number, _ rhs: Number) -> Int {
        lhs < rhs ? -1 : lhs == rhs ? 0 : 1
    }
}
