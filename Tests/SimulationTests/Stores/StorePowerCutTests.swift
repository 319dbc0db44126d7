import Khepri
import RaftCore
import RaftStorage
import SimulationKit
import Testing

@Suite("Power cuts under a whole store")
struct StorePowerCutTests {
    /// Cuts the power before every call of a script, and collects complaints.
    private func complaints(
        seed: UInt64, callCount: Int, choices: [Survivors], ignoring ignored: Set<IgnoredFlush> = []
    ) throws -> [String] {
        let script = StoreScript(seed: seed, callCount: callCount)
        script.host.disk.ignoreFlushes(ignored)
        let points = try script.crashPoints()
        let check = StoreCheck(script.history)
        var complaints: [String] = []
        for point in points {
            for choice in point.isNew ? choices : [.some] {
                let complaint = point.complaint(choice, seed: seed, check: check)
                if let complaint { complaints.append(complaint) }
            }
        }
        return complaints
    }

    @Test func `every acknowledged write survives a power cut at any call`() throws {
        let seed = SimulationSettings.seed()
        for round in 0..<UInt64(SimulationSettings.scale) {
            let complaints = try complaints(
                seed: seed &+ round, callCount: 320, choices: Survivors.allCases)
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }

    @Test(arguments: [
        [.ofFiles, .ofDirectories], [.ofFiles], [.ofDirectories] as Set<IgnoredFlush>,
    ])
    func `without flushes the same test loses data`(ignored: Set<IgnoredFlush>) throws {
        let complaints = try complaints(
            seed: 1, callCount: 80, choices: [.none, .some], ignoring: ignored)
        #expect(!complaints.isEmpty)
    }

    @Test func `the script rolls over, takes snapshots and has several callers at once`() throws {
        let script = StoreScript(seed: 1, callCount: 320)
        let world = script.world
        let points = try script.crashPoints()
        let renamed = points.filter { $0.call.operation == .rename }.map(\.call.path)
        #expect(renamed.count { $0.contains("/log/spare") } > 8)
        #expect(renamed.count { $0.contains("/snapshots/") } > 5)
        #expect(script.history.entries.count == 320)
        let flushes = points.count { $0.call.operation == .flush && $0.call.path.contains("wal") }
        #expect(flushes < 200, "\(flushes) flushes: callers do not share any")
        #expect(world.clock.now().nanoseconds > 0)
    }
}
