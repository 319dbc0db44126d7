import Khepri
import RaftStorage
import SimulationKit

/// A small store with two snapshots and a log, the same each time, for damage to be done to it.
struct ExampleStore {
    let disk: SimulatedDisk
    let picture: TreePicture
    let revision: UInt64

    /// - Parameters:
    ///   - isClosed: Whether the store was closed, or left as by a power cut.
    ///   - valueBytes: The length of the values; long ones fill several files.
    ///   - takesSnapshots: Whether there are snapshots, or the log alone.
    init(isClosed: Bool, valueBytes: Int = 40, takesSnapshots: Bool = true) throws {
        let world = SimulatedWorld(seed: 11)
        let host = world.addHost()
        let snapshotBytes = takesSnapshots ? 8 * (valueBytes + 50) : .max
        let store = try world.run { try await host.openStore(snapshotBytes: snapshotBytes) }
        for number in 0..<20 {
            let value = String(repeating: "v", count: valueBytes) + "\(number)"
            let call =
                number == 9
                ? StoreCall.delete(["a", "\(number - 1)"]) : .put(["a", "\(number % 12)"], value)
            _ = try world.run { try await call.perform(on: store) }
            world.settle()
        }
        _ = try world.run { try await StoreCall.put(["last"], "one").perform(on: store) }
        picture = try TreePicture(store.view)
        revision = store.view.revision.rawValue
        if isClosed { try world.run { try await store.close() } }
        // After closing, what the log has dropped is gone for good.
        host.cutPower { _ in isClosed }
        disk = host.disk
    }

    /// What an opening of the store came to.
    enum Outcome {
        case identical(reports: [String])
        case refused(StoreError)
        case wrong(String)
    }

    /// Opens the store on a copy of its disk that a function has changed.
    ///
    /// A refusal must leave every file as it is.
    func open(_ change: (SimulatedDisk) throws -> Void) throws -> Outcome {
        let copy = disk.copy()
        try change(copy)
        let before = copy.paths.map { [UInt8]($0.utf8) + copy.contents(of: $0) }
        let world = SimulatedWorld(seed: 12)
        let host = world.addHost(disk: copy)
        let lines = LogLines()
        do {
            let store = try world.run { try await host.openStore(report: lines) }
            store.checkInvariants()
            let found = try TreePicture(store.view)
            if let difference = found.difference(from: picture) { return .wrong(difference) }
            guard store.view.revision.rawValue == revision else {
                return .wrong("revision \(store.view.revision)")
            }
            return .identical(reports: lines.all)
        } catch let error as StoreError {
            let after = copy.paths.map { [UInt8]($0.utf8) + copy.contents(of: $0) }
            return before == after ? .refused(error) : .wrong("files changed, then \(error)")
        }
    }

    /// The paths of the log's files, oldest first.
    var segments: [String] { disk.paths.filter { $0.contains("/wal-") } }
    /// The paths of the snapshots, older first.
    var snapshots: [String] { disk.paths.filter { $0.hasSuffix(".snapshot") } }
}

extension SimulatedDisk {
    /// Changes the bytes of a file.
    func change(_ path: String, _ change: (inout [UInt8]) -> Void) {
        var bytes = contents(of: path)
        change(&bytes)
        replaceContents(of: path, with: bytes)
    }

    /// Makes a file.
    func add(_ path: String, _ bytes: [UInt8]) throws {
        let file = try open(path, .create)
        _ = try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        try file.flush()
        try file.close()
    }
}
