import RaftCore
import RaftRuntime

/// Files ready to become segments: written through once, so that a flush of a record changes no
/// metadata, and at least one kept for when the disk is full.
///
/// Any thread may make a file meanwhile; the log takes, adds and recycles.
final class SegmentPool: Sendable {
    /// A ready file.
    struct Spare: Hashable, Sendable {
        let name: String
        let bytes: UInt64
    }

    private struct State {
        var spares: [Spare] = []
        var nextNumber: UInt64 = 1
        var wantedBytes: UInt64
        /// Whether a spare is missing and making one was not tried since it was taken.
        var isWorthTrying = true
        var isStopping = false

        var hasWork: Bool { isWorthTrying && spares.count < SegmentPool.wantedCount }
    }

    /// The number of files kept ready: the next segment and the reserve.
    static let wantedCount = 2
    private static let fillBytes = 1 << 20

    let disk: any Disk
    let directory: String
    /// The size of the first files, and of the ones made in a hurry.
    let smallestBytes: UInt64
    private let state: Monitor<State>
    private let report: @Sendable (StorageFinding) -> Void

    init(disk: any Disk, directory: String, options: LogOptions) {
        self.disk = disk
        self.directory = directory
        smallestBytes = options.minimumSegmentBytes
        state = Monitor(State(wantedBytes: options.minimumSegmentBytes))
        report = options.report
    }

    /// The bytes of all spares.
    var bytes: UInt64 { state.withLock { $0.spares.reduce(0) { $0 + $1.bytes } } }

    /// The number of spares.
    var count: Int { state.withLock { $0.spares.count } }

    /// The size that the next file should have.
    var wantedBytes: UInt64 {
        get { state.withLock { $0.wantedBytes } }
        set { state.withLock { $0.wantedBytes = newValue } }
    }

    /// Takes over a spare found when the directory was opened.
    func adopt(number: UInt64, bytes: UInt64) {
        state.withLock { state in
            state.spares.append(Spare(name: LogFileName.spare(number).text, bytes: bytes))
            state.nextNumber = max(state.nextNumber, number + 1)
        }
    }

    /// A number for a spare to be made.
    func reserveNumber() -> UInt64 {
        state.withLock { state in
            defer { state.nextNumber += 1 }
            return state.nextNumber
        }
    }

    /// Adds a spare that is made.
    func add(_ spare: Spare) {
        state.withLock { $0.spares.append(spare) }
    }

    /// Removes and returns the largest spare if it is large enough and enough others are left.
    func take(minimumBytes: UInt64, leaving count: Int) -> Spare? {
        state.withLock { state in
            guard state.spares.count > count,
                let place = state.spares.indices.max(by: {
                    state.spares[$0].bytes < state.spares[$1].bytes
                }), state.spares[place].bytes >= minimumBytes
            else { return nil }
            self.state.wake()
            state.isWorthTrying = true
            return state.spares.remove(at: place)
        }
    }

    /// Makes a file of zeros under a temporary name, flushes and renames it.
    func make(bytes: UInt64) throws -> Spare {
        let number = reserveNumber()
        let temporary = path(.unfinished(number))
        let file = try disk.open(temporary, .create)
        do {
            try fill(file, bytes: bytes)
        } catch {
            // The file is of no use; what cannot be removed here is removed at the next start.
            try? file.close()
            try? disk.remove(temporary)
            throw error
        }
        try file.close()
        try disk.rename(temporary, to: path(.spare(number)))
        return Spare(name: LogFileName.spare(number).text, bytes: bytes)
    }

    /// Where a file of the log is.
    func path(_ name: LogFileName) -> String { directory + "/" + name.text }

    /// Where a spare is.
    func path(of spare: Spare) -> String { directory + "/" + spare.name }

    /// Writes zeros and flushes them in pieces, so that the flushes of the log have their turn.
    private func fill(_ file: any DiskFile, bytes: UInt64) throws {
        let zeros = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(min(bytes, UInt64(Self.fillBytes))), alignment: 4096)
        defer { zeros.deallocate() }
        zeros.initializeMemory(as: UInt8.self, repeating: 0)
        var offset: UInt64 = 0
        while offset < bytes {
            let count = Int(min(UInt64(zeros.count), bytes - offset))
            let piece = UnsafeRawBufferPointer(rebasing: zeros[..<count])
            try file.writeAll(piece, at: offset)
            try file.flush()
            offset += UInt64(count)
        }
    }
}

extension SegmentPool: Drained {
    /// Makes a spare if one is missing; a failure is reported and not tried again until the next
    /// one is taken, when the log makes its own.
    func drain(now: Instant) -> DrainOutcome {
        let (isStopped, hasWork) = state.withLock { state in
            defer { state.isWorthTrying = false }
            return (state.isStopping, state.hasWork)
        }
        guard !isStopped, hasWork else { return DrainOutcome(didWork: false, isStopped: isStopped) }
        do {
            while count < Self.wantedCount { add(try make(bytes: wantedBytes)) }
        } catch {
            report(StorageFinding(.warning, path: directory, "no file made ready: \(error)"))
        }
        return DrainOutcome(didWork: true)
    }

    func waitForWork(nanoseconds: UInt64?) {
        state.wait(nanoseconds: nanoseconds) { $0.hasWork || $0.isStopping }
    }

    /// Makes the thread end that drains this.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            self.state.wake()
        }
    }
}
