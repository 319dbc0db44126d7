import Khepri
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("A damaged store")
struct DamagedStoreTests {
    /// The bits to flip: all of a byte in a long run, one of each byte otherwise.
    private func bits(_ place: Int) -> [Int] {
        TestRuns.scale > 1 ? Array(0..<8) : [place % 8]
    }

    /// The bytes to flip: all that are used, and some of the zeros.
    private func places(_ bytes: [UInt8]) -> [Int] {
        let last = bytes.lastIndex { $0 != 0 } ?? 0
        return bytes.indices.filter { place in
            let isUsed = place <= last + 8 && !(100..<4092).contains(place)
            return isUsed || place % 499 == 0
        }
    }

    /// Flips bits of a file and counts the refusals; anything but one or the whole state is wrong.
    private func flip(_ path: String, of example: ExampleStore) throws -> Int {
        var refusals = 0
        for place in places(example.disk.contents(of: path)) {
            for bit in bits(place) {
                switch try example.open({ disk in disk.change(path) { $0[place] ^= 1 << bit } }) {
                case .identical: break
                case .wrong(let text): Issue.record("\(path) byte \(place) bit \(bit): \(text)")
                case .refused(let error):
                    refusals += 1
                    #expect(error.code == .corrupt, "byte \(place) bit \(bit): \(error)")
                    #expect(error.message.contains(path), "byte \(place) bit \(bit): \(error)")
                }
            }
        }
        return refusals
    }

    @Test(arguments: [true, false])
    func `a flipped bit of the log is found, or hurts nothing`(isClosed: Bool) throws {
        let example = try ExampleStore(isClosed: isClosed)
        #expect(example.segments.count == 1)
        #expect(try flip(example.segments[0], of: example) > 1000)
    }

    @Test func `a flipped bit of a snapshot makes the one before it count, and is reported`() throws
    {
        let example = try ExampleStore(isClosed: true)
        #expect(example.snapshots.count == 2)
        let newest = example.snapshots[1]
        for place in example.disk.contents(of: newest).indices {
            for bit in bits(place) {
                let outcome = try example.open { disk in
                    disk.change(newest) { $0[place] ^= 1 << bit }
                }
                guard case .identical(let reports) = outcome else {
                    Issue.record("byte \(place) bit \(bit): \(outcome)")
                    continue
                }
                #expect(reports.contains { $0.contains(newest) }, "byte \(place) bit \(bit)")
            }
        }
        #expect(try flip(example.snapshots[0], of: example) == 0)
    }

    @Test func `a flipped bit of the identity is found`() throws {
        let example = try ExampleStore(isClosed: true)
        let count = example.disk.contents(of: "/store/identity").count
        #expect(try flip("/store/identity", of: example) == count * bits(0).count)
    }

    @Test func `a flipped bit of both snapshots is found`() throws {
        let example = try ExampleStore(isClosed: true, valueBytes: 3000)
        for place in stride(from: 0, to: 300, by: 7) {
            let outcome = try example.open { disk in
                for path in example.snapshots { disk.change(path) { $0[place] ^= 1 } }
            }
            guard case .refused(let error) = outcome, error.code == .corrupt else {
                Issue.record("byte \(place): \(outcome)")
                continue
            }
        }
    }
}
