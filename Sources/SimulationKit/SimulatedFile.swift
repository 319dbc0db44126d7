import RaftStorage

/// The bytes of a simulated file: as a reader sees them, and as a power cut would leave them.
struct SimulatedContent {
    static let sectorBytes = 512

    /// What a reader sees.
    private(set) var bytes: [UInt8] = []
    /// What is on the medium.
    private(set) var durable: [UInt8] = []
    /// Sectors written and not flushed, ascending.
    private var dirtySectors: Set<Int> = []

    /// The unflushed sectors, ascending.
    var unflushedSectors: [Int] { dirtySectors.sorted() }

    /// Whether the size was changed and not flushed.
    var hasUnflushedSize: Bool { bytes.count != durable.count }

    mutating func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
        let end = offset + source.count
        if end > bytes.count { resize(to: end) }
        bytes.withUnsafeMutableBytes { $0[offset..<end].copyBytes(from: source) }
        guard !source.isEmpty else { return }
        let sectors = offset / Self.sectorBytes...(end - 1) / Self.sectorBytes
        dirtySectors.formUnion(sectors)
    }

    mutating func resize(to size: Int) {
        if size < bytes.count {
            bytes.removeLast(bytes.count - size)
            dirtySectors = dirtySectors.filter { $0 * Self.sectorBytes < size }
        } else {
            bytes += [UInt8](repeating: 0, count: size - bytes.count)
        }
    }

    /// Brings everything to the medium.
    mutating func flush() {
        durable = bytes
        dirtySectors = []
    }

    /// What the kernels do after an error: the pages count as clean and reached nothing.
    mutating func dropUnflushed() {
        dirtySectors = []
    }

    /// Loses what is not on the medium, but for the sectors and the size that made it there.
    mutating func crash(keepingSectors kept: [Int], keepingSize: Bool) {
        var survivor = durable
        if keepingSize {
            if bytes.count < survivor.count { survivor.removeLast(survivor.count - bytes.count) }
            survivor += [UInt8](repeating: 0, count: bytes.count - survivor.count)
        }
        for sector in kept {
            let start = sector * Self.sectorBytes
            let end = min(start + Self.sectorBytes, bytes.count, survivor.count)
            guard start < end else { continue }
            survivor.withUnsafeMutableBytes { target in
                bytes.withUnsafeBytes { target[start..<end].copyBytes(from: $0[start..<end]) }
            }
        }
        bytes = survivor
        durable = survivor
        dirtySectors = []
    }

    /// Changes the medium behind everybody's back.
    mutating func replace(with content: [UInt8]) {
        bytes = content
        flush()
    }
}

/// A file of a simulated disk as one opening sees it.
final class SimulatedFile: DiskFile {
    private let disk: SimulatedDisk
    private let path: String
    private let inode: Int
    private let generation: Int

    init(disk: SimulatedDisk, path: String, inode: Int, generation: Int) {
        self.disk = disk
        self.path = path
        self.inode = inode
        self.generation = generation
    }

    deinit {
        disk.forget(inode, generation: generation)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        try disk.perform(.read, path, handle: generation) { state in
            let bytes = state.content(of: inode).bytes
            let start = min(Int(offset), bytes.count)
            let count = min(buffer.count, bytes.count - start)
            bytes.withUnsafeBytes { source in
                buffer.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[start..<start + count]))
            }
            return count
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws -> Int {
        try disk.perform(.write, path, handle: generation) { state in
            try state.write(bytes, to: inode, at: Int(offset), path: path)
        }
    }

    func flush() throws {
        try disk.perform(.flush, path, handle: generation) { $0.flush(inode) }
    }

    func resize(to size: UInt64) throws {
        try disk.perform(.resize, path, handle: generation) { state in
            try state.resize(inode, to: Int(size), path: path)
        }
    }

    func size() throws -> UInt64 {
        try disk.perform(.size, path, handle: generation) { state in
            UInt64(state.content(of: inode).bytes.count)
        }
    }

    func close() throws {
        try disk.perform(.close, path, handle: generation) { $0.releaseLock(inode) }
    }
}
