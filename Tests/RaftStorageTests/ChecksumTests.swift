import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("CRC32C")
struct ChecksumTests {
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { CRC32C.checksum($0) }
    }

    @Test func `the vectors of RFC 3720 appendix B.4`() {
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(checksum(Array((0..<32).reversed())) == 0x113F_DB5C)
        let command: [UInt8] = [
            0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 4, 0, 0, 0,
            0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        ]
        #expect(checksum(command) == 0xD996_3A56)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(checksum([]) == 0)
    }

    @Test func `pieces of any size give the same as the whole`() {
        let bytes = makePayload(index: 1, term: 1, bytes: 300)
        for cut in 0...300 {
            var pieces = CRC32C()
            bytes[..<cut].withUnsafeBytes { pieces.update($0) }
            bytes[cut...].withUnsafeBytes { pieces.update($0) }
            #expect(pieces.value == checksum(bytes))
        }
    }

    @Test func `it agrees with division bit by bit`() {
        var random = SeededRandom(seed: TestRuns.seed())
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var register: UInt32 = ~0
            for byte in bytes {
                register ^= UInt32(byte)
                for _ in 0..<8 {
                    register = register & 1 == 1 ? register >> 1 ^ 0x82F6_3B78 : register >> 1
                }
            }
            #expect(checksum(bytes) == ~register)
        }
    }
}
