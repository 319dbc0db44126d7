extension CBORValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral {
    /// Makes `null`.
    public init(nilLiteral: ()) {
        self = .null
    }

    /// Makes a truth value.
    public init(booleanLiteral value: Bool) {
        self = .boolean(value)
    }
}

extension CBORValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    /// Makes an integer.
    public init(integerLiteral value: Int64) {
        self.init(value)
    }

    /// Makes a floating-point number.
    public init(floatLiteral value: Double) {
        self = .double(value)
    }

    /// Makes an integer.
    public init(_ value: Int64) {
        self = value < 0 ? .negative(value) : .unsigned(UInt64(value))
    }
}

extension CBORValue: ExpressibleByStringLiteral {
    /// Makes a text string.
    public init(stringLiteral value: String) {
        self = .text(CBORText(value))
    }
}

extension CBORValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// Makes an array.
    public init(arrayLiteral elements: CBORValue...) {
        self = .array(elements)
    }

    /// Makes a map; the keys are distinct.
    public init(dictionaryLiteral elements: (CBORText, CBORValue)...) {
        self = .map(elements.map { CBORMapEntry(key: $0, value: $1) })
    }
}

extension CBORValue {
    /// Whether it is `null`.
    public var isNull: Bool {
        self == .null
    }

    /// The truth value, nil for other kinds.
    public var booleanValue: Bool? {
        guard case .boolean(let value) = self else { return nil }
        return value
    }

    /// The integer, nil for other kinds and when the type cannot hold it.
    public func integerValue<Integer: FixedWidthInteger>(
        as type: Integer.Type = Int.self
    ) -> Integer? {
        switch self {
        case .unsigned(let value): Integer(exactly: value)
        case .negative(let value): Integer(exactly: value)
        default: nil
        }
    }

    /// The floating-point number, nil for other kinds; an integer is another kind.
    public var doubleValue: Double? {
        guard case .double(let value) = self else { return nil }
        return value
    }

    /// The text, nil for other kinds.
    public var textValue: String? {
        guard case .text(let value) = self else { return nil }
        return value.string
    }

    /// The bytes of a byte string, nil for other kinds.
    public var bytesValue: [UInt8]? {
        guard case .bytes(let value) = self else { return nil }
        return value
    }

    /// The elements of an array, nil for other kinds.
    public var arrayValue: [CBORValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The value of a key, nil when it is missing or this is no map; O(n).
    public subscript(key: CBORText) -> CBORValue? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
