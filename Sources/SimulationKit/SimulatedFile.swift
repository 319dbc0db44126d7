import RaftStorage

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
