import Khepri
import RaftStorage
import SimulationKit
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
            guard let complaint = complaint(about: script, fault, call) else { continue }
            found.append("KHEPRI_SEED=\(seed) \(fault) at \(call): \(complaint)")
        }
        return found
    }

    private func complaint(
        about script: StoreScript, _ fault: DiskFault, _ call: DiskCall
    ) -> String? {
        do {
            try script.run()
        } catch let error as StoreError {
            if let complaint = complaint(about: error) { return complaint }
        } catch {
            return "no StoreError: \(error)"
        }
        if let complaint = answersComplaint(script.history, fault, call) { return complaint }
        let check = StoreCheck(script.history)
        let disk = script.host.disk
        for isPowerCut in [false, true] {
            var random = SeededRandom(seed: UInt64(call.number))
            let world = SimulatedWorld(seed: random.next())
            let host = world.addHost(disk: disk)
            if isPowerCut { host.cutPower { _ in random.isOne(in: 2) } } else { host.kill() }
            let complaint = check.complaint(about: host, in: world, at: script.history.moment)
            if let complaint {
                return (isPowerCut ? "after a power cut: " : "after the end: ") + complaint
            }
        }
        return nil
    }

    /// What is wrong with an error of the disk as a caller sees it.
    private func complaint(about error: StoreError) -> String? {
        let codes: [StoreError.Code] = [.storageFailed, .storageFull]
        guard codes.contains(error.code) else { return "answered \(error)" }
        return error.message.isEmpty ? "no message" : nil
    }

    private func answersComplaint(
        _ history: StoreHistory, _ fault: DiskFault, _ call: DiskCall
    ) -> String? {
        var hasStopped = false
        for entry in history.entries {
            switch entry.answer {
            case nil: return "\(entry.call) has no answer"
            case .done: if hasStopped { return "\(entry.call) is acknowledged after the failure" }
            case .failed(let error):
                if error.code == .storageFailed { hasStopped = true }
                if case .storageFailed = error.code { continue }
                if case .storageFull = error.code, fault != .error(DiskFault.noSpace) {
                    return "full without being so"
                }
            }
        }
        return nil
    }

    @Test(arguments: [
        DiskFault.error(DiskFault.inputOutput), .error(DiskFault.noSpace), .shortWrite,
    ])
    func `any call may fail, and no answer is wrong`(fault: DiskFault) throws {
        let seed = SimulationSettings.seed()
        for round in 0..<UInt64(SimulationSettings.scale) {
            let complaints = try complaints(seed: seed &+ round, fault: fault)
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }
}
