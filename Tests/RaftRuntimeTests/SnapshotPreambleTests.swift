import Foundation
import RaftCore
import TestSupport
import Testing

@testable import RaftRuntime

@Suite("What comes before a snapshot on the wire") struct SnapshotPreambleTests {
    private static func preamble(time: UInt64, machineVersion: UInt32) -> SnapshotPreamble {
        SnapshotPreamble(
            SnapshotMetadata(
                group: GroupID(high: 1, low: 2), position: .zero, time: time, configuration: [],
                machineVersion: machineVersion))
    }

    @Test func `the bytes of version 1 are these`() throws {
        let samples = [
            Self.preamble(time: 0, machineVersion: 1),
            Self.preamble(time: 0x0102_0304_0506_0708, machineVersion: 0x0a0b_0c0d),
            Self.preamble(time: .max, machineVersion: .max),
        ]
        #expect(try samples.map(\.bytes) == GoldenLines.read("wire-v1/preambles.txt"))
    }

    @Test func `it is the same after the way over the wire, whatever follows`() throws {
        var random = TestRandom()
        for _ in 0..<1_000 {
            let sent = Self.preamble(
                time: random.next(), machineVersion: UInt32(truncatingIfNeeded: random.next()))
            let rest = [UInt8](repeating: 7, count: random.below(20))
            let read = try #require(SnapshotPreamble(([9] + sent.bytes + rest).dropFirst()))
            #expect((read.time, read.machineVersion) == (sent.time, sent.machineVersion))
        }
    }

    @Test func `too few bytes are none`() {
        let bytes = Self.preamble(time: 1, machineVersion: 1).bytes
        #expect(bytes.count == SnapshotPreamble.byteCount)
        for count in 0..<bytes.count { #expect(SnapshotPreamble(bytes.prefix(count)) == nil) }
    }
}

@Suite("What hosts say of themselves") struct HostDetailsTests {
    private static let samples = [
        MemberDetails(name: "one", peerAddress: "127.0.0.1:7401"),
        MemberDetails(
            name: "two", peerAddress: "[::1]:7402", endpoint: "https://two.example:8443"),
    ]

    @Test func `the bytes of version 1 are these`() throws {
        #expect(try Self.samples.map { $0.encoded() } == GoldenLines.read("wire-v1/details.txt"))
    }

    @Test func `they are the same after they were written, and any cut says nothing`() {
        for sample in Self.samples {
            let bytes = sample.encoded()
            #expect(MemberDetails(encoded: bytes) == sample)
            for count in 0..<bytes.count {
                #expect(MemberDetails(encoded: Array(bytes.prefix(count))) == nil)
            }
        }
    }

    @Test func `keys of a later version are passed over, and bytes of another kind say nothing`() {
        // {0: "a", 1: "b", 99: [1]}
        let later: [UInt8] = [0xA3, 0, 0x61, 0x61, 1, 0x61, 0x62, 0x18, 99, 0x81, 1]
        #expect(MemberDetails(encoded: later) == MemberDetails(name: "a", peerAddress: "b"))
        for bytes: [UInt8] in [[], [1, 2, 3], [0xA1, 0, 0x61, 0x61], [0xA2, 0, 1, 1, 2]] {
            #expect(MemberDetails(encoded: bytes) == nil)
        }
    }

    @Test func `random bytes and random damage never trap`() {
        var random = TestRandom()
        for _ in 0..<20_000 {
            var bytes = random.element(Self.samples).encoded()
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next() >> 20)
            }
            _ = MemberDetails(encoded: bytes)
        }
    }
}
