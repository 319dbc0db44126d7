#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A system call that failed.
package struct DiskError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried.
    package enum Operation: String, Sendable, Hashable {
        case open, read, write, flush, resize, size, close, rename, remove, list
        case makeDirectory = "make directory"
        case synchronizeDirectory = "synchronize directory"
        case inspect, lock
        case freeBytes = "ask for free space"
    }

    package let operation: Operation
    package let path: String
    package let errno: Int32

    package init(_ operation: Operation, _ path: String, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Whether the file system or the owner's quota is full.
    package var isOutOfSpace: Bool { errno == ENOSPC || errno == EDQUOT }

    /// Whether there is no such file.
    package var isMissing: Bool { errno == ENOENT }

    /// Whether the process may not do this.
    package var isPermission: Bool { errno == EACCES || errno == EPERM || errno == EROFS }

    /// What was tried and why it failed, without the path.
    package var message: String {
        let reason = strerror(errno).map { String(cString: $0) } ?? "unknown error"
        return "cannot \(operation.rawValue): \(reason) (errno \(errno))"
    }

    package var description: String { "\(path): \(message)" }
}
