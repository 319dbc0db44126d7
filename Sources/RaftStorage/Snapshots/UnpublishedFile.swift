import RaftRuntime

/// A file that is written anew, and has its name only when it is whole and durable.
package final class UnpublishedFile {
    private let disk: any Disk
    private let temporary: String
    private let file: any DiskFile
    private let makeRoom: () throws -> Bool
    private var offset: UInt64 = 0
    private var unflushedBytes = 0
    private var isEnded = false

    /// The bytes between two flushes, so that the log's flushes never wait for many.
    private static let flushBytes = 1 << 20

    /// Begins a file under a name of which nothing is left if it is given up.
    ///
    /// - Parameters:
    ///   - temporary: Its name until it is whole; a file that has it is removed.
    ///   - makeRoom: Frees space on a full disk; false if there is nothing to free.
    package init(
        temporary: String, on disk: any Disk, makeRoom: @escaping () throws -> Bool = { false }
    ) throws {
        self.disk = disk
        self.temporary = temporary
        self.makeRoom = makeRoom
        do {
            if try disk.kind(of: temporary) != .missing { try disk.remove(temporary) }
            file = try disk.open(temporary, .create)
        } catch {
            throw LogDeviceError(wrapping: error, path: temporary)
        }
    }

    deinit {
        abandon()
    }

    /// Writes at the end; on a full disk makes room once, if there is any to be made.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(!isEnded, "the file is published or abandoned")
        do {
            do {
                try file.writeAll(bytes, at: offset)
            } catch let error as DiskError where error.isOutOfSpace {
                guard try makeRoom() else { throw error }
                try file.writeAll(bytes, at: offset)
            }
            offset += UInt64(bytes.count)
            unflushedBytes += bytes.count
            guard unflushedBytes >= Self.flushBytes else { return }
            try file.flush()
            unflushedBytes = 0
        } catch {
            throw LogDeviceError(wrapping: error)
        }
    }

    /// Flush → close → rename → flush directory.
    ///
    /// Durable and visible on return.
    package func publish(as path: String) throws {
        precondition(!isEnded, "the file is published or abandoned")
        do {
            try file.flush()
            isEnded = true
            try file.close()
            try disk.rename(temporary, to: path)
            try disk.synchronizeDirectory(HostLayout.parent(of: path))
        } catch {
            abandon()
            throw LogDeviceError(wrapping: error)
        }
    }

    /// Removes the file.
    package func abandon() {
        guard !isEnded else { return }
        isEnded = true
        // The file is of no use; what cannot be removed here is removed the next time.
        try? file.close()
        try? disk.remove(temporary)
    }
}
