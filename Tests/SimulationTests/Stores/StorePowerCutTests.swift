import Khepri
import RaftCore
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("Power cuts under a whole store")
struct StorePowerCutTests {
    /// Cuts the power before every call of a script, and collects complaints.
    private func complaints(
        about script: StoreScript, seed: UInt64, choices: [Survivors]
    ) throws -> [String] {
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
        let seed = TestRuns.seed()
        for round in 0..<UInt64(TestRuns.scale) {
            let script = StoreScript(seed: seed &+ round, callCount: 320)
            let complaints = try complaints(
                about: script, seed: seed &+ round, choices: Survivors.allCases)
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }

    @Test func `a disk that is full now and then loses nothing either`() throws {
        let seed = TestRuns.seed()
        for round in 0..<UInt64(TestRuns.scale) {
            let script = StoreScript(
                seed: seed &+ round, callCount: 320, spaceLeft: 12 << 10, snapshotBytes: 48 << 10)
            let complaints = try complaints(
                about: script, seed: seed &+ round, choices: [.none, .some])
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }

    @Test func `a full disk refuses writes, and files of the log are used again`() throws {
        let script = StoreScript(
            seed: 1, callCount: 320, spaceLeft: 12 << 10, snapshotBytes: 48 << 10)
        try script.run()
        #expect(script.history.entries.count { $0.code == .storageFull } > 10)
        let renamed = script.host.disk.calls.filter { $0.operation == .rename }.map(\.path)
        #expect(renamed.contains { $0.contains("/log/wal") })
    }

    @Test(arguments: [
        [.ofFiles, .ofDirectories], [.ofFiles], [.ofDirectories] as Set<IgnoredFlush>,
    ])
    func `without flushes the same test loses data`(ignored: Set<IgnoredFlush>) throws {
        let script = StoreScript(seed: 1, callCount: 80)
        script.host.disk.ignoreFlushes(ignored)
        let complaints = try complaints(about: script, seed: 1, choices: [.none, .some])
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
