/// A CBOR data item, read by a decoder that shares no code with the one of the package.
indirect enum DataItem: Equatable {
    case integer(Int128)
    case bytes([UInt8])
    case text(String)
    case array([DataItem])
    case map([(key: DataItem, value: DataItem)])
    case boolean(Bool)
    case null
    case float

    /// Reads all items of a sequence; nil if the bytes are none.
    static func sequence(_ bytes: some Sequence<UInt8>) -> [DataItem]? {
        var decoder = DataItemDecoder(bytes: Array(bytes))
        var items: [DataItem] = []
        while decoder.offset < decoder.bytes.count {
            guard let item = decoder.item() else { return nil }
            items.append(item)
        }
        return items
    }

    static func == (lhs: DataItem, rhs: DataItem) -> Bool {
        switch (lhs, rhs) {
        case (.integer(let left), .integer(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.boolean(let left), .boolean(let right)): left == right
        case (.null, .null): true
        default: false
        }
    }
}

private struct DataItemDecoder {
    let bytes: [UInt8]
    var offset = 0

    mutating func item() -> DataItem? {
        guard offset < bytes.count else { return nil }
        let major = bytes[offset] >> 5
        let info = Int(bytes[offset] & 31)
        offset += 1
        guard info < 28 else { return nil }
        let count = info < 24 ? 0 : 1 << (info - 24)
        guard let argument = info < 24 ? Int128(info) : number(count) else { return nil }
        switch major {
        case 0: return .integer(argument)
        case 1: return .integer(-1 - argument)
        case 2: return take(Int(argument)).map { .bytes($0) }
        case 3: return take(Int(argument)).map { .text(String(decoding: $0, as: UTF8.self)) }
        case 4: return list(Int(argument)).map { .array($0) }
        case 5: return pairs(Int(argument)).map { .map($0) }
        case 7 where info == 20 || info == 21: return .boolean(info == 21)
        case 7 where info == 22: return .null
        case 7 where info > 24: return .float
        default: return nil
        }
    }

    private mutating func list(_ count: Int) -> [DataItem]? {
        var items: [DataItem] = []
        for _ in 0..<count {
            guard let next = item() else { return nil }
            items.append(next)
        }
        return items
    }

    private mutating func pairs(_ count: Int) -> [(key: DataItem, value: DataItem)]? {
        guard let items = list(2 * count) else { return nil }
        return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
    }

    private mutating func number(_ count: Int) -> Int128? {
        take(count).map { $0.reduce(0) { $0 << 8 | Int128($1) } }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        guard count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }
}
