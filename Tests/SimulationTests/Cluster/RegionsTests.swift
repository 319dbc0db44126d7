import SimulationKit
import Testing

@Suite("Three regions")
struct RegionsTests {
    /// `khepri-simulate --regions 24` does the same for a day.
    @Test func `without a fault there is no election, writes are near and the leader comes home`() {
        let report = RegionsRun(seed: 2, calmDuration: .seconds(3_600)).run()
        #expect(report.failure == nil)
        #expect(report.writeCount >= 119)
        #expect(report.medianLatency < .milliseconds(160))
        #expect(report.returnDuration < .seconds(10))
    }
}
