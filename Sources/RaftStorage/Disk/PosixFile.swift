#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file of this machine.
///
/// `@unchecked Sendable`: the only mutable state is the descriptor, changed by `close`, and the
/// port's contract is that one thread at a time uses a file.
final class PosixFile: DiskFile, @unchecked Sendable {
    private let path: String
    private var descriptor: Int32

    /// Opens a path; a file made by this is readable and writable by its owner only.
    init(opening path: String, flags: Int32) throws {
        self.path = path
        descriptor = Self.openDescriptor(path, flags)
        guard descriptor >= 0 else { throw DiskError(.open, path, errno: errno) }
        let wasCreated = flags & O_EXCL != 0
        guard !wasCreated || fchmod(descriptor, 0o600) == 0 else {
            let failure = errno
            _ = Self.closeDescriptor(descriptor)
            descriptor = -1
            throw DiskError(.open, path, errno: failure)
        }
    }

    deinit {
        if descriptor >= 0 { _ = Self.closeDescriptor(descriptor) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw DiskError(.read, path, errno: errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws -> Int {
        while true {
            let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw DiskError(.write, path, errno: errno) }
            return count
        }
    }

    /// Never repeated after an error, not even EINTR: the kernel may have marked the pages clean.
    func flush() throws {
        guard Self.synchronize(descriptor, wholeFile: false) == 0 else {
            throw DiskError(.flush, path, errno: errno)
        }
    }

    func resize(to size: UInt64) throws {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw DiskError(.resize, path, errno: errno)
        }
    }

    func size() throws -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw DiskError(.size, path, errno: errno)
        }
        return UInt64(max(0, status.st_size))
    }

    func close() throws {
        precondition(descriptor >= 0, "closed twice: \(path)")
        let result = Self.closeDescriptor(descriptor)
        descriptor = -1
        guard result == 0 else { throw DiskError(.close, path, errno: errno) }
    }

    /// Takes the lock of this open file; it ends with the file and with the process.
    ///
    /// `flock` and not `fcntl`: it also keeps two opens of one process apart.
    func tryLock() throws -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return false }
            throw DiskError(.lock, path, errno: errno)
        }
        return true
    }

    /// Opens a path, closed on `exec`, and returns the descriptor or −1 with `errno` set.
    ///
    /// Never the place of a closed standard stream: what prints there would write into the file.
    static func openDescriptor(_ path: String, _ flags: Int32) -> Int32 {
        while true {
            let mode: mode_t = 0o600
            #if canImport(Darwin)
            let descriptor = Darwin.open(path, flags | O_CLOEXEC, mode)
            #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags | O_CLOEXEC, mode)
            #else
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
            #endif
            if descriptor < 0 && errno == EINTR { continue }
            guard (0...STDERR_FILENO).contains(descriptor) else { return descriptor }
            defer { _ = closeDescriptor(descriptor) }
            return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        }
    }

    /// Flushes through the drive's own cache; 0, or −1 with `errno` set.
    ///
    /// macOS: only `F_FULLFSYNC` reaches the medium; file systems without it get `fsync`.
    static func synchronize(_ descriptor: Int32, wholeFile: Bool) -> Int32 {
        #if canImport(Darwin)
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
        guard errno == ENOTSUP || errno == EINVAL else { return -1 }
        return fsync(descriptor)
        #else
        return wholeFile ? fsync(descriptor) : fdatasync(descriptor)
        #endif
    }

    /// `close` from the C library, by a name that no method here hides.
    static func closeDescriptor(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
        Darwin.close(descriptor)
        #elseif canImport(Musl)
        Musl.close(descriptor)
        #else
        Glibc.close(descriptor)
        #endif
    }
}
