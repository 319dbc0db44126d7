import RaftRuntime
import RaftStorage
import SimulationKit

/// A disk as it is just before a call.
struct CrashPoint: Sendable {
    let call: DiskCall
    let disk: SimulatedDisk
    let moment: StoreHistory.Moment
    /// Whether the call before changed anything.
    let isNew: Bool
}

/// Which unflushed sectors and names survive a power cut.
enum Survivors: CaseIterable, Sendable {
    case none
    case all
    case some
    /// Some, and the power goes again while the store is opened.
    case someTwice
}

extension StoreScript {
    /// Runs the script and remembers the disk before each of its calls.
    func crashPoints() throws -> [CrashPoint] {
        let points = Lock<[CrashPoint]>([])
        let disk = host.disk
        disk.observe { [history] call in
            let before = points.withLock { $0.last }
            let point = CrashPoint(
                call: call, disk: disk.copy(), moment: history.moment,
                isNew: before?.call.operation.changesDisk ?? true)
            points.withLock { $0.append(point) }
        }
        try run()
        disk.observe(nil)
        return points.withLock { $0 }
    }
}

extension CrashPoint {
    /// Cuts the power at this point, and says what is wrong when the store is opened again.
    func complaint(_ survivors: Survivors, seed: UInt64, check: StoreCheck) -> String? {
        var random = SeededRandom(seed: seed ^ UInt64(call.number))
        let world = SimulatedWorld(seed: random.next())
        let host = world.addHost(disk: disk)
        host.cutPower { _ in survivors.keep(&random) }
        if survivors == .someTwice {
            let disk = host.disk
            disk.fail(call: disk.calls.count + random.number(below: 60), with: .halt)
            _ = try? world.run { try await host.openStore() }
            host.cutPower { _ in survivors.keep(&random) }
        }
        return check.complaint(about: host, in: world, at: moment).map {
            "KHEPRI_SEED=\(seed) \(call), surviving \(survivors): \($0)"
        }
    }
}

extension Survivors {
    fileprivate func keep(_ random: inout SeededRandom) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .some, .someTwice: random.isOne(in: 2)
        }
    }
}

extension DiskError.Operation {
    /// Whether a call may change what a power cut leaves.
    fileprivate var changesDisk: Bool {
        switch self {
        case .read, .size, .list, .inspect, .freeBytes, .close: false
        case .open, .write, .flush, .resize, .rename, .remove, .makeDirectory,
            .synchronizeDirectory, .lock:
            true
        }
    }
}
