import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

@Suite("Failing calls")
struct FailingCallTests {
    /// Runs a script whose n-th call fails, for every n, and collects complaints.
    private func complaints(
        seed: UInt64, steps: Int, fault: DiskFault, every stride: Int = 1
    ) throws -> [String] {
        let whole = StorageScript(disk: SimulatedDisk(), seed: seed)
        try whole.run(steps: steps)
        var found: [String] = []
        for number in Swift.stride(from: 0, to: whole.disk.calls.count, by: stride) {
            let script = StorageScript(disk: SimulatedDisk(), seed: seed)
            script.disk.fail(call: number, with: fault)
            let failure = outcome(of: script, steps: steps)
            guard let complaint = complaint(about: script, failure, number) else { continue }
            let call = script.disk.calls[number]
            found.append("seed \(seed), \(fault) at \(call), \(failure ?? "nil"): \(complaint)")
        }
        return found
    }

    private func outcome(of script: StorageScript, steps: Int) -> String? {
        do {
            try script.run(steps: steps)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func complaint(
        about script: StorageScript, _ failure: String?, _ number: Int
    ) -> String? {
        if failure != nil, script.host != nil, let complaint = complaintAfter(script) {
            return complaint
        }
        let killed = script.disk.copy()
        killed.killProcess()
        if let complaint = RecoveryCheck(script).complaint(about: killed) {
            return "after the end of the process: \(complaint)"
        }
        var random = SeededRandom(seed: UInt64(number))
        script.disk.crash(choosing: &random)
        return RecoveryCheck(script).complaint(about: script.disk).map {
            "after a power cut: \($0)"
        }
    }

    /// A write that failed is the last one, unless the disk was full: then the next one succeeds.
    private func complaintAfter(_ script: StorageScript) -> String? {
        guard let failed = script.failedWrite else { return nil }
        let code = errorCode { try script.goOn() }
        if failed.code == .full {
            return code == nil ? nil : "full, then \(String(describing: code))"
        }
        return code == .poisoned ? nil : "\(failed.code), then \(String(describing: code))"
    }

    @Test(arguments: [
        DiskFault.error(DiskFault.inputOutput), .error(DiskFault.noSpace), .shortWrite,
    ])
    func `any call may fail`(fault: DiskFault) throws {
        let seed = TestRuns.seed()
        for round in 0..<UInt64(TestRuns.scale) {
            let complaints = try complaints(seed: seed &+ round, steps: 16, fault: fault)
            #expect(complaints.isEmpty, "\(complaints.prefix(3).joined(separator: "\n"))")
        }
    }
}
