import NIOCore
import NIOEmbedded
import Testing

@testable import RetainedMessages

@Suite("Packets") struct PacketTests {
    private static let packets: [Packet] = [
        .connect(client: "c", isBridge: false, keepAliveSeconds: 60),
        .connect(client: "", isBridge: true, keepAliveSeconds: 65_535),
        .connectAnswer(code: 5),
        .publish(Packet.Publication(topic: "a/b", payload: [1, 2], isRetained: true, id: 513)),
        .publish(Packet.Publication(topic: "\u{e9}", payload: [], isRetained: false)),
        .publish(
            Packet.Publication(
                topic: "a", payload: Array(repeating: 7, count: 20_000), isRetained: true)),
        .publishAnswer(id: 65_535), .subscribe(id: 1, filter: "a/#", quality: 1),
        .subscribeAnswer(id: 1, code: 0x80), .ping, .pingAnswer, .disconnect,
    ]

    private func bytes(_ packet: Packet) -> [UInt8] {
        var buffer = ByteBuffer()
        packet.write(to: &buffer)
        return Array(buffer.readableBytesView)
    }

    @Test(arguments: packets)
    func `a packet is read back, and not before its last byte is there`(packet: Packet) throws {
        let bytes = bytes(packet)
        var whole = ByteBuffer(bytes: bytes + [0xc0])
        #expect(try Packet.read(from: &whole) == packet)
        #expect(whole.readableBytes == 1)
        for count in bytes.indices.prefix(300) {
            var part = ByteBuffer(bytes: bytes[..<count])
            #expect(try Packet.read(from: &part) == nil)
            #expect(part.readableBytes == count)
        }
    }

    @Test func `the bytes are those of the specification`() {
        #expect(
            bytes(Self.packets[0]) == [
                0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x63,
            ])
        #expect(bytes(Self.packets[3]) == [0x33, 9, 0, 3, 0x61, 0x2f, 0x62, 2, 1, 1, 2])
        #expect(bytes(Self.packets[7]) == [0x82, 8, 0, 1, 0, 3, 0x61, 0x2f, 0x23, 1])
        #expect(bytes(Self.packets[5]).prefix(4) == [0x31, 0xa3, 0x9c, 1])
        #expect(bytes(.ping) == [0xc0, 0])
    }

    @Test(
        arguments: [
            [0x00, 0], [0x20, 3, 0, 0, 0], [0x30, 2, 0, 1], [0x34, 3, 0, 1, 0x61],
            [0x32, 3, 0, 1, 0x61],
            [0x30, 3, 0, 1, 0xff], [0x40, 1, 0], [0xd0, 1, 0], [0xf0, 0],
            [0x30, 0x80, 0x80, 0x80, 0x80, 1],
        ] as [[UInt8]])
    func `bytes that are no packet are refused`(bytes: [UInt8]) {
        var buffer = ByteBuffer(bytes: bytes)
        #expect(throws: ConnectionError.self) { try Packet.read(from: &buffer) }
    }

    @Test func `random bytes are a packet, a part of one, or refused`() {
        var random = TestRandom()
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &random)
            var buffer = ByteBuffer()
            for _ in 0..<count { buffer.writeInteger(UInt8.random(in: 0...255, using: &random)) }
            while (try? Packet.read(from: &buffer)) != nil {}
            #expect(buffer.readableBytes <= count)
        }
    }

    @Test func `packets arrive together, and a broker that sends anything else is left`() throws {
        let channel = EmbeddedChannel(handler: PacketHandler())
        var buffer = ByteBuffer()
        for packet in Self.packets { packet.write(to: &buffer) }
        let bytes = Array(buffer.readableBytesView)
        try channel.writeInbound(ByteBuffer(bytes: bytes[..<30]))
        try channel.writeInbound(ByteBuffer(bytes: bytes[30...]))
        var arrived: [Packet] = []
        while let some = try channel.readInbound(as: [Packet].self) { arrived += some }
        #expect(arrived == Self.packets)
        #expect(throws: ConnectionError.self) {
            try channel.writeInbound(ByteBuffer(bytes: [0, 0]))
        }
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }
}
