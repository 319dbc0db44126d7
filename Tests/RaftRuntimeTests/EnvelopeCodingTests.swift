import CBOR
import RaftCore
import TestSupport
import Testing

@testable import RaftRuntime

@Suite("Envelopes as bytes") struct EnvelopeCodingTests {
    private static func bytes(_ envelope: PeerEnvelope) -> [UInt8] {
        var writer = CBORWriter()
        envelope.write(to: &writer)
        return writer.finish()
    }

    private static func envelope(_ bytes: [UInt8]) throws -> PeerEnvelope {
        try bytes.withUnsafeBytes { try PeerEnvelope(encoded: $0) }
    }

    @Test(arguments: EnvelopeSamples.all)
    func `an envelope is the same after the way over the wire`(sample: PeerEnvelope) throws {
        #expect(try Self.envelope(Self.bytes(sample)) == sample)
    }

    @Test func `the bytes of version 1 are these`() throws {
        let written = EnvelopeSamples.all.map(Self.bytes)
        #expect(try written == GoldenLines.read("wire-v1/envelopes.txt"))
    }

    @Test(arguments: EnvelopeSamples.all)
    func `every cut is refused, and every byte more`(sample: PeerEnvelope) {
        let bytes = Self.bytes(sample)
        for count in 0..<bytes.count {
            #expect(throws: (any Error).self) {
                try Self.envelope(Array(bytes.prefix(count)))
            }
        }
        #expect(throws: (any Error).self) { try Self.envelope(bytes + [0]) }
    }

    /// A flipped bit is refused or means something else, which is as well formed as the sample.
    @Test(arguments: EnvelopeSamples.all)
    func `every flipped bit is refused or leads to another envelope`(sample: PeerEnvelope) throws {
        let bytes = Self.bytes(sample)
        for place in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                guard let other = try? Self.envelope(damaged) else { continue }
                #expect(try Self.envelope(Self.bytes(other)) == other)
                _ = other.isComplete
            }
        }
    }

    @Test func `random bytes and random damage never trap`() throws {
        var random = TestRandom()
        let samples = EnvelopeSamples.all.map(Self.bytes)
        var decoded = 0
        for _ in 0..<20_000 {
            var bytes = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0..<(1 + random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                bytes[place] = UInt8(truncatingIfNeeded: random.next() >> 20)
            }
            if let envelope = try? Self.envelope(bytes) {
                decoded += 1
                _ = envelope.isComplete
            }
            let noise = (0..<(random.next() % 64)).map { _ in
                UInt8(truncatingIfNeeded: random.next() >> 20)
            }
            #expect(throws: (any Error).self) { try Self.envelope(noise) }
        }
        #expect(decoded > 100, "the damage shall not always be refused at once: \(random)")
    }

    @Test func `a count that the bytes cannot hold allocates nothing`() {
        // The map of the envelope, and an array of 2^32 - 1 commands that are not there.
        var bytes = Self.bytes(EnvelopeSamples.envelope(.commands([])))
        bytes.removeLast()
        for head: [UInt8] in [
            [0x9A, 0xFF, 0xFF, 0xFF, 0xFF], [0x9B] + [UInt8](repeating: 255, count: 8),
        ] {
            #expect(throws: (any Error).self) { try Self.envelope(bytes + head + [0, 0, 0]) }
        }
    }

    @Test func `keys and items of a later version are passed over`() throws {
        var bytes = Self.bytes(
            EnvelopeSamples.envelope(
                .answers([ForwardedAnswer(number: 1, outcome: .rejected(.overloaded))])))
        // The answer is the last item: an array of three items, 83 01 01 01.
        #expect(bytes.suffix(4) == [0x83, 1, 1, 1])
        bytes[bytes.count - 4] = 0x85
        bytes += [0x61, 0x61, 0xF6]
        bytes[0] += 1
        bytes += [0x18, 99, 0x82, 1, 2]
        let answers = [ForwardedAnswer(number: 1, outcome: .rejected(.overloaded))]
        #expect(try Self.envelope(bytes) == EnvelopeSamples.envelope(.answers(answers)))
    }

    @Test func `two contents, keys out of order or twice are refused`() throws {
        let commands = Self.bytes(EnvelopeSamples.envelope(.commands([])))
        #expect(commands.suffix(2) == [6, 0x80])
        var both = commands + [7, 0x80]
        both[0] += 1
        #expect(throws: MessageError.self) { try Self.envelope(both) }
        var twice = commands + [6, 0x80]
        twice[0] += 1
        #expect(throws: MessageError.self) { try Self.envelope(twice) }
        var unknown = commands + [0x18, 99, 0, 0x18, 99, 0]
        unknown[0] += 2
        #expect(throws: MessageError.self) { try Self.envelope(unknown) }
        var back = commands.dropLast(2) + [7, 0x80, 6, 0x80]
        back[0] += 1
        #expect(throws: MessageError.self) { try Self.envelope(Array(back)) }
    }

    @Test func `a timeout is bounded on its way`() throws {
        for (timeout, read) in [
            (Duration.seconds(-1), Duration.zero), (.zero, .zero),
            (.seconds(Int64.max), .nanoseconds(Int64.max)),
        ] {
            let command = ForwardedCommand(
                number: 1, payload: [], mayUseReserve: false, timeout: timeout)
            var expected = command
            expected.timeout = read
            let bytes = Self.bytes(EnvelopeSamples.envelope(.commands([command])))
            let content = try Self.envelope(bytes).content
            #expect(content == .commands([expected]))
        }
    }
}
