import RaftRuntime
package import RaftStorage

/// A disk in memory that can lose power and fail, one call at a time.
///
/// It knows for each sector of 512 bytes and each name whether it was flushed. After
/// ``crash(keeping:)`` any subset of the rest may be there: sectors are whole, and their order
/// means nothing.
package final class SimulatedDisk: Disk {
    private let state: Lock<SimulatedDiskState>
    private let observer = Lock(Observer())

    private struct Observer: Sendable {
        var body: (@Sendable (DiskCall) -> Void)?
    }

    /// An empty disk with the directory `/`.
    package convenience init() {
        self.init(SimulatedDiskState())
    }

    private init(_ state: SimulatedDiskState) {
        self.state = Lock(state)
    }

    // MARK: Crashes

    /// Cuts the power and restarts; open files are dead.
    ///
    /// - Parameter isKept: Chooses what of the unflushed survives; asked in a fixed order.
    package func crash(keeping isKept: (UnflushedItem) -> Bool) {
        state.withLock { $0.crash(keeping: isKept) }
    }

    /// Cuts the power and keeps each unflushed item with a chance of one half.
    package func crash(choosing random: inout SeededRandom) {
        var choices = random
        state.withLock { state in state.crash { _ in choices.next() & 1 == 0 } }
        random = choices
    }

    /// Ends the process that uses the disk; its writes are in the cache and can be read.
    package func killProcess() {
        state.withLock { $0.releaseHandles() }
    }

    /// A disk of its own with the same bytes, flushed and not, and the same open handles.
    package func copy() -> SimulatedDisk {
        let copied = state.withLock { state -> SimulatedDiskState in
            var copy = state
            copy.faults = [:]
            copy.nextFaults = [:]
            return copy
        }
        return SimulatedDisk(copied)
    }

    // MARK: Faults

    /// Makes a call fail; calls are counted from 0 as ``calls`` is.
    package func fail(call number: Int, with fault: DiskFault) {
        state.withLock { $0.faults[number] = fault }
    }

    /// Makes the next call of a kind fail.
    package func fail(next operation: DiskError.Operation, with fault: DiskFault) {
        state.withLock { $0.nextFaults[operation] = fault }
    }

    /// Makes all calls from now on do nothing and fail, until ``crash(keeping:)``.
    package func halt() { state.withLock { $0.isHalted = true } }

    /// Whether a call has failed with ``DiskFault/halt`` and no other one is carried out.
    package var isHalted: Bool { state.withLock { $0.isHalted } }

    /// Limits the bytes of all files; nil for no limit.
    package func setCapacity(_ bytes: Int?) {
        state.withLock { $0.capacity = bytes }
    }

    /// Makes flushes do nothing and say nothing, which no storage survives: the control of a test.
    package func ignoreFlushes(_ ignored: Set<IgnoredFlush> = [.ofFiles, .ofDirectories]) {
        state.withLock { $0.ignoredFlushes = ignored }
    }

    /// Calls a function before each call is carried out.
    package func observe(_ observer: (@Sendable (DiskCall) -> Void)?) {
        self.observer.withLock { $0.body = observer }
    }

    // MARK: Looking

    /// All calls so far.
    package var calls: [DiskCall] { state.withLock { $0.calls } }

    /// How many calls there were.
    package var callCount: Int { state.withLock { $0.calls.count } }

    /// The bytes of all files.
    package var usedBytes: Int { state.withLock { $0.usedBytes } }

    /// The paths of all files, sorted.
    package var paths: [String] {
        state.withLock { state in
            state.names.filter { $0.value != .directory }.keys
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
    }

    /// The bytes of a file; empty if there is none.
    package func contents(of path: String) -> [UInt8] {
        state.withLock { state in
            guard case .file(let inode) = state.names[path] else { return [] }
            return state.content(of: inode).bytes
        }
    }

    /// Changes a file on the medium, as a fault of the hardware does.
    package func replaceContents(of path: String, with bytes: [UInt8]) {
        state.withLock { $0.replace(path, with: bytes) }
    }

    // MARK: Disk

    package func open(_ path: String, _ mode: DiskOpenMode) throws -> any DiskFile {
        let (inode, generation) = try perform(.open, path) { state in
            (try state.open(path, mode), state.generation)
        }
        return SimulatedFile(disk: self, path: path, inode: inode, generation: generation)
    }

    package func rename(_ source: String, to target: String) throws {
        try perform(.rename, source) { try $0.rename(source, to: target) }
    }

    package func remove(_ path: String) throws {
        try perform(.remove, path) { try $0.remove(path) }
    }

    package func names(in directory: String) throws -> [String] {
        try perform(.list, directory) { $0.children(of: directory) }
    }

    package func makeDirectory(_ path: String) throws {
        try perform(.makeDirectory, path) { try $0.makeDirectory(path) }
    }

    package func synchronizeDirectory(_ path: String) throws {
        try perform(.synchronizeDirectory, path) { $0.synchronizeDirectory(path) }
    }

    package func kind(of path: String) throws -> DiskItemKind {
        try perform(.inspect, path) { state in
            switch state.names[path] {
            case .file: .file
            case .directory: .directory
            case nil: .missing
            }
        }
    }

    package func lock(_ path: String) throws -> DiskLock {
        try takeLock(path, isMade: true)
    }

    package func lockSilently(_ path: String) throws -> DiskLock {
        try takeLock(path, isMade: false)
    }

    private func takeLock(_ path: String, isMade: Bool) throws -> DiskLock {
        let (inode, generation) = try perform(.lock, path) { state in
            (try state.lock(path, isMade: isMade), state.generation)
        }
        guard let inode else { return .held(by: nil) }
        return .taken(SimulatedFile(disk: self, path: path, inode: inode, generation: generation))
    }

    package func freeBytes(at directory: String) throws -> UInt64 {
        try perform(.freeBytes, directory) { state in
            UInt64(max(0, (state.capacity ?? 1 << 40) - state.usedBytes))
        }
    }

    /// Gives up the lock of a file that is released without being closed.
    func forget(_ inode: Int, generation: Int) {
        state.withLock { if $0.generation == generation { $0.releaseLock(inode) } }
    }

    /// Counts a call, lets it fail if it has to, and carries it out.
    func perform<Result: Sendable>(
        _ operation: DiskError.Operation, _ path: String, handle: Int? = nil,
        _ body: (inout SimulatedDiskState) throws -> Result
    ) throws -> Result {
        let call = state.withLock { state in
            DiskCall(number: state.calls.count, operation: operation, path: path)
        }
        observer.withLock { $0 }.body?(call)
        return try state.withLock { state in
            state.count(call)
            guard !state.isHalted, handle ?? state.generation == state.generation else {
                throw DiskError(operation, path, errno: DiskFault.inputOutput)
            }
            let next = state.nextFaults.removeValue(forKey: operation)
            guard let fault = state.faults[call.number] ?? next else { return try body(&state) }
            return try state.fail(call, fault, body)
        }
    }
}
