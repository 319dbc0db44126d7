#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The disk of this machine.
package final class PosixDisk: Disk {
    package init() {}

    package func open(_ path: String, _ mode: DiskOpenMode) throws -> any DiskFile {
        let flags =
            switch mode {
            case .readOnly: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            }
        return try PosixFile(opening: path, flags: flags)
    }

    package func rename(_ source: String, to target: String) throws {
        #if canImport(Darwin)
        let result = Darwin.rename(source, target)
        #elseif canImport(Musl)
        let result = Musl.rename(source, target)
        #else
        let result = Glibc.rename(source, target)
        #endif
        guard result == 0 else { throw DiskError(.rename, source, errno: errno) }
    }

    package func remove(_ path: String) throws {
        guard unlink(path) == 0 else { throw DiskError(.remove, path, errno: errno) }
    }

    package func names(in directory: String) throws -> [String] {
        guard let stream = opendir(directory) else {
            throw DiskError(.list, directory, errno: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw DiskError(.list, directory, errno: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 else {
            throw DiskError(.makeDirectory, path, errno: errno)
        }
        guard chmod(path, 0o700) == 0 else {
            throw DiskError(.makeDirectory, path, errno: errno)
        }
    }

    package func synchronizeDirectory(_ path: String) throws {
        let descriptor = PosixFile.openDescriptor(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else {
            throw DiskError(.synchronizeDirectory, path, errno: errno)
        }
        let result = PosixFile.synchronize(descriptor, wholeFile: true)
        let failure = errno
        guard PosixFile.closeDescriptor(descriptor) == 0 else {
            throw DiskError(.synchronizeDirectory, path, errno: errno)
        }
        guard result == 0 else {
            throw DiskError(.synchronizeDirectory, path, errno: failure)
        }
    }

    package func kind(of path: String) throws -> DiskItemKind {
        // A link stands for what it leads to: directories of data are often elsewhere.
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return .missing }
            throw DiskError(.inspect, path, errno: errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    package func lock(_ path: String) throws -> DiskLock {
        let lock = try takeLock(path, flags: O_RDWR | O_CREAT)
        guard case .taken(let file) = lock else { return lock }
        try file.resize(to: 0)
        let digits = Array(String(getpid()).utf8)
        _ = try digits.withUnsafeBytes { try file.write($0, at: 0) }
        return lock
    }

    package func lockSilently(_ path: String) throws -> DiskLock {
        try takeLock(path, flags: O_RDONLY)
    }

    private func takeLock(_ path: String, flags: Int32) throws -> DiskLock {
        let file = try PosixFile(opening: path, flags: flags)
        guard try file.tryLock() else {
            var digits = [UInt8](repeating: 0, count: 32)
            let count = try digits.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            let text = String(decoding: digits.prefix(count), as: UTF8.self)
            return .held(by: Int(text).map(String.init))
        }
        return .taken(file)
    }

    package func freeBytes(at directory: String) throws -> UInt64 {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else {
            throw DiskError(.freeBytes, directory, errno: errno)
        }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
