import Testing

@testable import RaftTransport

@Suite("Progress of a connection") struct ProgressGaugeTests {
    /// Whether each look, in turn, finds the connection stalled.
    private static func looks(_ states: (written: Int, waiting: Int)...) -> [Bool] {
        var gauge = ProgressGauge()
        return states.map { gauge.isStalled(written: $0.written, waiting: $0.waiting) }
    }

    @Test func `bytes that wait from one look to the next are a stall`() {
        #expect(Self.looks((900, 500), (900, 500)) == [false, true])
        #expect(Self.looks((900, 500), (1_000, 600)) == [false, true])
    }

    @Test func `one byte is progress, however many are added`() {
        #expect(Self.looks((900, 500), (900, 499)) == [false, false])
        #expect(Self.looks((900, 500), (9_000, 8_599)) == [false, false])
    }

    @Test func `as many bytes as before may wait if they are others`() {
        #expect(Self.looks((900, 500), (1_400, 500), (1_400, 500)) == [false, false, true])
    }

    @Test func `where nothing waits nothing is stalled`() {
        #expect(Self.looks((900, 0), (900, 0), (900, 0)) == [false, false, false])
        #expect(Self.looks((900, 500), (900, 0), (1_400, 500)) == [false, false, false])
    }
}
