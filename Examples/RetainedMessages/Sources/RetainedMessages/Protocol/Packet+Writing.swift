import NIOCore

extension Packet {
    /// Appends the packet to a buffer.
    func write(to buffer: inout ByteBuffer) {
        switch self {
        case .connect(let client, let isBridge, let seconds):
            Self.write(0x10, to: &buffer) {
                Self.write("MQTT", to: &$0)
                // The bit by which bridges are known to brokers; it is in no standard. Flags: a clean session.
                $0.writeMultipleIntegers(UInt8(isBridge ? 0x84 : 4), UInt8(2), seconds)
                Self.write(client, to: &$0)
            }
        case .connectAnswer(let code):
            Self.write(0x20, to: &buffer) { $0.writeMultipleIntegers(UInt8(0), code) }
        case .publish(let message):
            let flags: UInt8 = (message.isRetained ? 1 : 0) | (message.id == nil ? 0 : 2)
            Self.write(0x30 | flags, to: &buffer) {
                Self.write(message.topic, to: &$0)
                if let id = message.id { $0.writeInteger(id) }
                $0.writeBytes(message.payload)
            }
        case .publishAnswer(let id):
            Self.write(0x40, to: &buffer) { $0.writeInteger(id) }
        case .subscribe(let id, let filter, let quality):
            Self.write(0x82, to: &buffer) {
                $0.writeInteger(id)
                Self.write(filter, to: &$0)
                $0.writeInteger(quality)
            }
        case .subscribeAnswer(let id, let code):
            Self.write(0x90, to: &buffer) { $0.writeMultipleIntegers(id, code) }
        case .ping: Self.write(0xc0, to: &buffer) { _ in }
        case .pingAnswer: Self.write(0xd0, to: &buffer) { _ in }
        case .disconnect: Self.write(0xe0, to: &buffer) { _ in }
        }
    }

    private static func write(
        _ head: UInt8, to buffer: inout ByteBuffer, _ writeBody: (inout ByteBuffer) -> Void
    ) {
        var body = ByteBuffer()
        writeBody(&body)
        precondition(body.readableBytes < 1 << 28, "a packet has less than 256 MiB (§2.2.3)")
        buffer.writeInteger(head)
        var length = body.readableBytes
        while length > 0x7f {
            buffer.writeInteger(UInt8(length & 0x7f | 0x80))
            length >>= 7
        }
        buffer.writeInteger(UInt8(length))
        buffer.writeBuffer(&body)
    }

    private static func write(_ text: String, to buffer: inout ByteBuffer) {
        let bytes = text.utf8
        precondition(bytes.count <= 65_535, "a text of MQTT has at most 65,535 bytes (§1.5.3)")
        buffer.writeInteger(UInt16(bytes.count))
        buffer.writeBytes(bytes)
    }
}
