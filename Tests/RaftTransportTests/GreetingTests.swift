import CBOR
import Foundation
import RaftCore
import Testing

@testable import RaftTransport

@Suite("Greetings of hosts") struct GreetingTests {
    private static let hello = Hello(
        cluster: TestHost.cluster, sender: TestHost.member(1), receiver: TestHost.member(2),
        lane: .bulk, address: PeerAddress(host: "::1", port: 7_000), role: "member")

    private static let samples: [Greeting] =
        [.hello(hello), .hello(unknownPlace)] + PeerRefusal.allCases.map { .refusal($0) }

    private static var unknownPlace: Hello {
        var hello = hello
        hello.address = nil
        hello.lane = .ordered
        return hello
    }

    private static func bytes(_ greeting: Greeting) -> [UInt8] {
        var writer = CBORWriter()
        greeting.write(to: &writer)
        return writer.finish()
    }

    private static func greeting(_ bytes: [UInt8]) throws -> Greeting {
        try bytes.withUnsafeBytes { try Greeting(encoded: $0) }
    }

    @Test func `the bytes of version 1 are these`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/wire-v1/greetings.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let written = Self.samples.map { sample in
            Self.bytes(sample).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(written == lines.map(String.init))
        for sample in Self.samples { #expect(try Self.greeting(Self.bytes(sample)) == sample) }
    }

    @Test(arguments: samples)
    func `every cut is refused, and no flipped bit traps`(sample: Greeting) {
        let bytes = Self.bytes(sample)
        for count in 0..<bytes.count {
            #expect(throws: PeerRefusal.malformed) { try Self.greeting(Array(bytes.prefix(count))) }
        }
        for place in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                _ = try? Self.greeting(damaged)
            }
        }
    }

    @Test func `a newer version is told from noise, whatever follows its number`() {
        var bytes = Self.bytes(.hello(Self.hello))
        #expect(bytes[13] == 1)
        bytes[13] = 2
        #expect(throws: PeerRefusal.newerVersion) { try Self.greeting(bytes) }
        #expect(throws: PeerRefusal.newerVersion) { try Self.greeting(bytes.prefix(14) + [0xF6]) }
        bytes[13] = 0
        #expect(throws: PeerRefusal.malformed) { try Self.greeting(bytes) }
    }

    @Test func `a reason of a later version is a reason still`() throws {
        var bytes = Self.bytes(.refusal(.wrongCluster))
        bytes[bytes.count - 1] = 23
        #expect(try Self.greeting(bytes) == .refusal(.malformed))
    }

    @Test func `a host talks to its cluster, to who knows it, and to whom it dialled`() {
        let doorkeeper = Doorkeeper(cluster: TestHost.cluster, member: TestHost.member(2))
        func refusal(
            _ change: (inout Hello) -> Void = { _ in }, expecting: MemberID? = nil,
            names: [String]? = nil
        ) -> PeerRefusal? {
            var hello = Self.hello
            change(&hello)
            return doorkeeper.refusal(of: hello, expecting: expecting, names: names)
        }
        #expect(refusal() == nil)
        #expect(refusal { $0.cluster = Identifier128(high: 0, low: 1) } == .wrongCluster)
        #expect(refusal { $0.receiver = TestHost.member(3) } == .wrongReceiver)
        #expect(refusal { $0.receiver = TestHost.member(2, incarnation: 1) } == .wrongReceiver)
        #expect(refusal { $0.sender = TestHost.member(2) } == .wrongSender)
        #expect(refusal(expecting: TestHost.member(1)) == nil)
        #expect(refusal(expecting: TestHost.member(1, incarnation: 1)) == .wrongSender)
        let name = "khepri://01234567-89ab-cdef-0000-000000000001/"
        #expect(refusal(names: [name + "3", name + "1"]) == nil)
        #expect(refusal(names: []) == .wrongCertificate)
        #expect(refusal(names: [name + "11", name]) == .wrongCertificate)
    }

    @Test(arguments: [
        ("localhost:80", "localhost", 80), ("[::1]:0", "::1", 0),
        ("10.0.0.1:65535", "10.0.0.1", 65535),
    ])
    func `an address is read as it is written`(text: String, host: String, port: Int) {
        let address = PeerAddress(text)
        #expect(address == PeerAddress(host: host, port: port))
        #expect(address?.description == text)
    }

    @Test(arguments: ["", ":1", "a", "a:", "a:b", "a:-1", "a:65536", "::1:80", "[]:1", "a:1 "])
    func `what is no address is none`(text: String) {
        #expect(PeerAddress(text) == nil)
        #expect(PeerAddress(String(repeating: "a", count: 300) + ":1") == nil)
    }
}
