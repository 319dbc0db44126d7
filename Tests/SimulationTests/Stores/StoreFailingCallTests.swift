import Khepri
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("Failing disk calls under a whole store")
struct StoreFailingCallTests {
    private static let callCount = 80

    /// Runs a script whose n-th call to the disk fails, for every n, and collects complaints.
    private func complaints(seed: UInt64, fault: DiskFault) throws -> [String] {
        let whole = StoreScript(seed: seed, callCount: Self.callCount)
        try whole.run()
        var found: [String] = []
        for call in whole.host.disk.calls {
            if fault == .shortWrite, call.operation != .write { continue }
            let script = StoreScript(seed: seed, callCount: Self.callCount)
            script.host.disk.fail(call: call.number, with: fault)
            let complaint =
                answerComplaint(script, fault, call)
                ?? recoveryComplaint(script, seed: UInt64(call.number))
            guard let complaint else { continue }
            found.append("KHEPRI_SEED=\(seed) \(fault) at \(call): \(complaint)")
        }
        return found
    }

    /// Runs a script, and says what is wrong with its answers.
    private func answerComplaint(
        _ script: StoreScript, _ fault: DiskFault, _ call: DiskCall
    ) -> String? {
        let end = Result { try script.run() }
        var errors: [StoreError] = []
        if case .failure(let error) = end {
            guard let error = error as? StoreError else { return "no StoreError: \(error)" }
            guard [.storageFailed, .storageFull].contains(error.code) else { return "\(error)" }
            errors.append(error)
        }
        var hasStopped = false
        for entry in script.history.entries {
            switch entry.answer {
            case nil: return "\(entry.call) has no answer"
            case .done where hasStopped: return "\(entry.call) is acknowledged by a stopped store"
            case .done: continue
            case .failed(let error):
                errors.append(error)
                if error.code == .storageFailed { hasStopped = true }
            }
        }
        let codes = errors.map(\.code)
        if fault != .error(DiskFault.noSpace), codes.contains(.storageFull) {
            return "the disk is not full"
        }
        let isOfLog = call.path.contains("/wal-")
        if isOfLog, call.operation == .flush, codes.isEmpty {
            return "nobody is told of the failed flush"
        }
        // A file is ended after the next one is in use, when there is no way back.
        let before = script.host.disk.calls.prefix(call.number).last?.operation
        let isEnding = before == .synchronizeDirectory
        if isOfLog, call.operation == .write, fault == .error(DiskFault.noSpace), !isEnding,
            hasStopped
        {
            return "the store stopped for want of space"
        }
        return nil
    }

    /// What is wrong when the store is opened again: after its process ended, after a power cut.
    private func recoveryComplaint(_ script: StoreScript, seed: UInt64) -> String? {
        let check = StoreCheck(script.history)
        for isPowerCut in [false, true] {
            var random = SeededRandom(seed: seed)
            let world = SimulatedWorld(seed: random.next())
            let host = world.addHost(disk: script.host.disk)
            if isPowerCut { host.cutPower { _ in random.isOne(in: 2) } } else { host.kill() }
            let complaint = check.complaint(about: host, in: world, at: script.history.moment)
            if let complaint {
                return (isPowerCut ? "after a power cut: " : "after its end: ") + complaint
            }
        }
        return nil
    }

    @Test(arguments: [
        DiskFault.error(DiskFault.inputOutput), .error(DiskFault.noSpace), .shortWrite,
    ])
    func `any call may fail, and no answer is wrong`(fault: DiskFault) throws {
        let seed = TestRuns.seed()
        for round in 0..<UInt64(TestRuns.scale) {
            let complaints = try complaints(seed: seed &+ round, fault: fault)
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }
}
