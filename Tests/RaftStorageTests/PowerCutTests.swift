import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("Power cuts")
struct PowerCutTests {
    /// Cuts the power before every call of a script, on copies of the disk, and counts complaints.
    private func complaints(
        seed: UInt64, steps: Int, choices: Int, ignoringFlushes: Bool = false
    ) throws -> [String] {
        let script = StorageScript(disk: SimulatedDisk(), seed: seed)
        if ignoringFlushes { script.disk.ignoreFlushes() }
        let found = Lock<[String]>([])
        script.disk.observe { call in
            var random = SeededRandom(seed: seed &+ UInt64(call.number))
            for choice in 0..<choices {
                let disk = script.disk.copy()
                switch choice {
                case 0: disk.crash(choosing: &random)
                case 1: crashTwice(disk, &random)
                default: disk.crash { _ in call.number % 2 == 0 }
                }
                guard let complaint = RecoveryCheck(script).complaint(about: disk) else { continue }
                let text = "seed \(seed), \(call), choice \(choice): \(complaint)"
                found.withLock { $0.append(text) }
            }
        }
        try script.run(steps: steps)
        return found.withLock { $0 }
    }

    /// Cuts the power, and once more while the directory is opened again.
    private func crashTwice(_ disk: SimulatedDisk, _ random: inout SeededRandom) {
        disk.crash(choosing: &random)
        disk.fail(call: disk.calls.count + random.number(below: 40), with: .halt)
        _ = try? HostDirectory.open(on: disk)
        disk.crash(choosing: &random)
    }

    @Test func `every acknowledged batch survives a power cut at any call`() throws {
        let seed = TestRuns.seed()
        for round in 0..<UInt64(TestRuns.scale) {
            let complaints = try complaints(seed: seed &+ round, steps: 30, choices: 3)
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }

    @Test func `without flushes the same test loses data`() throws {
        let complaints = try complaints(seed: 1, steps: 12, choices: 1, ignoringFlushes: true)
        #expect(!complaints.isEmpty)
    }
}
