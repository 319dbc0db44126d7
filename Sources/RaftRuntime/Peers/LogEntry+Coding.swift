import CBOR
import RaftCore

// Arrays, so that an entry costs little; further items are passed over:
//
//     entry   = [ index, term, kind: 1..3, time: uint, payload: bstr, * any ]
//     command = [ number: uint, payload: bstr, may use the reserve: bool, timeout in ns: uint, * any ]
extension LogEntry {
    func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(5)
        writer.writeUnsigned(index.rawValue)
        writer.writeUnsigned(term.rawValue)
        writer.writeUnsigned(UInt64(kind.rawValue))
        writer.writeUnsigned(time)
        writer.writeBytes(payload)
    }

    init(from reader: inout CBORReader) throws {
        let rest = try reader.readArrayHeader(atLeast: 5)
        let index = LogIndex(try reader.readUnsigned())
        let term = Term(try reader.readUnsigned())
        let code = try reader.readUnsigned()
        guard let kind = UInt8(exactly: code).flatMap(EntryKind.init(rawValue:)) else {
            throw MessageError("expected a known kind of entry, found \(code)")
        }
        let time = try reader.readUnsigned()
        let payload = try reader.readBytes()
        try reader.skip(rest)
        self.init(index: index, term: term, kind: kind, time: time, payload: payload)
    }
}

extension ForwardedCommand {
    func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(isQuestion ? 5 : 4)
        writer.writeUnsigned(number)
        writer.writeBytes(payload)
        writer.writeBoolean(mayUseReserve)
        writer.writeUnsigned(timeout.wholeNanoseconds)
        if isQuestion { writer.writeBoolean(true) }
    }

    init(from reader: inout CBORReader) throws {
        let rest = try reader.readArrayHeader(atLeast: 4)
        let number = try reader.readUnsigned()
        let payload = try reader.readBytes()
        let mayUseReserve = try reader.readBoolean()
        let timeout = Duration.nanoseconds(try reader.readInteger(as: Int64.self))
        guard timeout >= .zero else { throw MessageError("expected a timeout, found a negative") }
        let isQuestion = rest > 0 ? try reader.readBoolean() : false
        try reader.skip(max(0, rest - 1))
        self.init(
            number: number, payload: payload, mayUseReserve: mayUseReserve, timeout: timeout,
            isQuestion: isQuestion)
    }
}

extension Duration {
    /// The nanoseconds, nothing for a negative duration and at most some 292 years.
    fileprivate var wholeNanoseconds: UInt64 {
        guard self > .zero else { return 0 }
        let longest = Duration.nanoseconds(Int64.max)
        guard self < longest else { return UInt64(Int64.max) }
        let (seconds, attoseconds) = components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}

extension CBORReader {
    /// Reads an array whose every item takes bytes, so that its count is bounded by the input.
    mutating func readItems<Item>(_ body: (inout CBORReader) throws -> Item) throws -> [Item] {
        let count = try readArrayHeader()
        var items: [Item] = []
        // What the sender claims is believed only as far as a small allocation goes.
        items.reserveCapacity(min(count, 1_024))
        for _ in 0..<count { items.append(try body(&self)) }
        return items
    }

    /// Begins an array of some items at least, and says how many more it has.
    mutating func readArrayHeader(atLeast minimum: Int) throws -> Int {
        let count = try readArrayHeader()
        guard count >= minimum else {
            throw MessageError("expected \(minimum) items, found \(count)")
        }
        return count - minimum
    }

    /// Passes over a number of items.
    mutating func skip(_ count: Int) throws {
        for _ in 0..<count { try skip() }
    }
}
