extension CBORValue: Hashable {
    /// Whether the deterministic encodings are the same, whatever the order of the map entries.
    public static func == (lhs: CBORValue, rhs: CBORValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.unsigned(let left), .unsigned(let right)): left == right
        case (.negative(let left), .negative(let right)): left == right
        case (.unsigned(let left), .negative(let right)): left == right
        case (.negative(let left), .unsigned(let right)): left == right
        case (.double(let left), .double(let right)): left.keyBits == right.keyBits
        case (.text(let left), .text(let right)): left == right
        case (.bytes(let left), .bytes(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.map(let left), .map(let right)):
            left.count == right.count && sorted(left) == sorted(right)
        default: false
        }
    }

    /// Hashes what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .boolean(let value): hasher.combine(value)
        case .unsigned(let value): hasher.combine(value)
        case .negative(let value): hasher.combine(UInt64(bitPattern: value))
        case .double(let value): hasher.combine(value.keyBits)
        case .text(let text): hasher.combine(text)
        case .bytes(let bytes): hasher.combine(bytes)
        case .array(let elements): hasher.combine(elements)
        case .map(let entries): hasher.combine(Self.sorted(entries))
        }
    }
}

extension Double {
    /// The bits, the same for every NaN.
    fileprivate var keyBits: UInt64 {
        isNaN ? Double.nan.bitPattern : bitPattern
    }
}
