import NIOCore

extension Packet {
    /// Takes the next packet from the front of a buffer; nil where it is not there as a whole.
    ///
    /// - Throws: ``ConnectionError`` for bytes that are no packet.
    static func read(from buffer: inout ByteBuffer) throws -> Packet? {
        var rest = buffer
        guard let head: UInt8 = rest.readInteger(), let length = try readLength(from: &rest),
            var body = rest.readSlice(length: length)
        else { return nil }
        buffer = rest
        guard let packet = try read(head: head, from: &body), body.readableBytes == 0 else {
            throw ConnectionError("expected a packet of MQTT 3.1.1, found another with \(head)")
        }
        return packet
    }

    /// The length of what follows: seven bits a byte, four bytes at most (§2.2.3).
    private static func readLength(from buffer: inout ByteBuffer) throws -> Int? {
        var length = 0
        for shift in stride(from: 0, through: 21, by: 7) {
            guard let byte: UInt8 = buffer.readInteger() else { return nil }
            length |= Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return length }
        }
        throw ConnectionError("expected a length of at most four bytes, found a fifth")
    }

    private static func read(head: UInt8, from body: inout ByteBuffer) throws -> Packet? {
        switch head {
        case 0x10: return readConnect(from: &body)
        case 0x20:
            guard let flags: UInt8 = body.readInteger(), flags <= 1 else { return nil }
            return body.readInteger().map { .connectAnswer(code: $0) }
        case 0x30...0x3f: return readPublication(flags: head & 0x0f, from: &body)
        case 0x40: return body.readInteger().map { .publishAnswer(id: $0) }
        case 0x82:
            guard let id: UInt16 = body.readInteger(), let filter = readText(from: &body),
                let quality: UInt8 = body.readInteger(), quality <= 1
            else { return nil }
            return .subscribe(id: id, filter: filter, quality: quality)
        case 0x90:
            guard let id: UInt16 = body.readInteger(), let code: UInt8 = body.readInteger() else {
                return nil
            }
            return .subscribeAnswer(id: id, code: code)
        case 0xc0: return .ping
        case 0xd0: return .pingAnswer
        case 0xe0: return .disconnect
        default: return nil
        }
    }

    private static func readConnect(from body: inout ByteBuffer) -> Packet? {
        guard readText(from: &body) == "MQTT", let level: UInt8 = body.readInteger(),
            level & 0x7f == 4, body.readInteger(as: UInt8.self) == 2,
            let seconds: UInt16 = body.readInteger(), let client = readText(from: &body)
        else { return nil }
        return .connect(client: client, isBridge: level != 4, keepAliveSeconds: seconds)
    }

    private static func readPublication(flags: UInt8, from body: inout ByteBuffer) -> Packet? {
        let quality = flags >> 1 & 3
        guard quality <= 1, let topic = readText(from: &body) else { return nil }
        var id: UInt16?
        if quality == 1 {
            id = body.readInteger()
            guard id != nil else { return nil }
        }
        let payload = body.readBytes(length: body.readableBytes) ?? []
        return .publish(
            Publication(topic: topic, payload: payload, isRetained: flags & 1 == 1, id: id))
    }

    /// A text behind its length, if it is UTF-8 (§1.5.3).
    private static func readText(from body: inout ByteBuffer) -> String? {
        body.readLengthPrefixedSlice(as: UInt16.self)
            .flatMap { String(validating: $0.readableBytesView, as: UTF8.self) }
    }
}
